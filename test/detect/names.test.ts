import { describe, expect, it } from 'vitest';
import { parsePrompt, unparsePrompt } from '../../src/index.js';

/** User's label, assistant's label, in the languages of prompts. */
const languages: [language: string, user: string, assistant: string, system?: string][] = [
  ['Turkish', 'Kullanıcı', 'Asistan', 'Sistem'],
  ['Turkish in capitals', 'KULLANICI', 'YAPAY ZEKA'],
  ['Polish', 'Użytkownik', 'Asystent', 'System'],
  ['Ukrainian', 'Користувач', 'Асистент', 'Система'],
  ['Ukrainian, Людина', 'Людина', 'ШІ'],
  ['Vietnamese', 'Người dùng', 'Trợ lý', 'Hệ thống'],
  ['Indonesian', 'Pengguna', 'Asisten', 'Sistem'],
  ['Hindi', 'उपयोगकर्ता', 'सहायक', 'सिस्टम'],
  ['Arabic', 'المستخدم', 'المساعد', 'النظام'],
  ['Hebrew', 'משתמש', 'עוזר', 'מערכת'],
  ['Thai', 'ผู้ใช้', 'ผู้ช่วย', 'ระบบ'],
  ['Korean', '사용자', '어시스턴트', '시스템'],
  ['Korean, 도우미', '사용자', '도우미'],
  ['Portuguese', 'Usuário', 'Assistente', 'Sistema'],
  ['Portuguese of Portugal', 'Utilizador', 'Assistente'],
  ['Portuguese, decomposed', 'Usuário'.normalize('NFD'), 'Assistente'],
  ['Italian', 'Utente', 'Assistente'],
  ['Dutch', 'Gebruiker', 'Assistent'],
  ['Swedish', 'Användare', 'Assistent'],
  ['Czech', 'Uživatel', 'Asistent'],
  ['Greek', 'Χρήστης', 'Βοηθός'],
  ['Turkish, İnsan', 'İnsan', 'Yapay Zeka'],
  ['Chinese, robot', '我', '机器人'],
  ['Russian, Юзер', 'Юзер', 'Чат-бот'],
  ['Malay', 'Pengguna', 'AI'],
  ['faces', '👤', '🤖'],
  // You and somebody.
  ['German, Du', 'Du', 'Marv'],
  ['French, Vous', 'Vous', 'Marv'],
  ['Spanish, Tú', 'Tú', 'Marv'],
  ['Portuguese, Você', 'Você', 'Marv'],
  ['Polish, Ty', 'Ty', 'Marek'],
  ['Russian, Вы', 'Вы', 'Марв'],
  ['Turkish, Sen', 'Sen', 'Bot'],
  ['Vietnamese, Bạn', 'Bạn', 'AI'],
  ['Chinese, 你', '你', '小明'],
  ['Japanese, あなた', 'あなた', 'ミク'],
  ['Japanese, friends', '私', '友達'],
  // Shops, schools, sick rooms.
  ['Spanish, a shop', 'Cliente', 'Vendedor'],
  ['French, a shop', 'Client', 'Vendeur'],
  ['German, a shop', 'Kunde', 'Verkäufer'],
  ['Portuguese, a shop', 'Cliente', 'Atendente'],
  ['Russian, a shop', 'Клиент', 'Оператор'],
  ['Japanese, a shop', 'お客様', '店員'],
  ['Chinese, a shop', '客户', '客服'],
  ['Korean, a school', '학생', '선생님'],
  ['French, a school', 'Élève', 'Professeur'],
  ['Chinese, a sick room', '患者', '医生'],
  // Questions.
  ['Turkish questions', 'Soru', 'Cevap'],
  ['Polish questions', 'Pytanie', 'Odpowiedź'],
  ['Ukrainian questions', 'Питання', 'Відповідь'],
  ['Vietnamese questions', 'Hỏi', 'Đáp'],
  ['Indonesian questions', 'Pertanyaan', 'Jawaban'],
  ['Hindi questions', 'प्रश्न', 'उत्तर'],
  ['Arabic questions', 'سؤال', 'جواب'],
  ['Hebrew questions', 'שאלה', 'תשובה'],
  ['Thai questions', 'คำถาม', 'คำตอบ'],
  ['Korean questions', '질문', '답변'],
  ['Italian questions', 'Domanda', 'Risposta'],
  ['Dutch questions', 'Vraag', 'Antwoord'],
  ['Russian questions', 'Вопрос', 'Ответ'],
  ['Czech questions', 'Otázka', 'Odpověď'],
  ['Japanese questions', '質問', '答え'],
  ['Chinese questions', '问题', '回答'],
  ['Spanish initials', 'P', 'R'],
  ['French initials', 'Q', 'R'],
  ['German initials', 'F', 'A'],
  ['Italian initials', 'D', 'R'],
  ['Russian initials', 'В', 'О'],
  ['initials of human and assistant', 'H', 'A'],
  ['initials of user and assistant', 'U', 'A'],
  // Mixed names.
  ['a question for a bot', 'Question', 'Bot'],
  ["a user's answers", 'User', 'Answer'],
  ['prompts and responses', 'Prompt', 'Response'],
  ["a user's responses", 'User', 'Response'],
];

describe('names of speakers', () => {
  it.each(languages)('%s', (_, user, assistant, system) => {
    const turns = [`${user}: a?`, `${assistant}: b.`, `${user}: c?`, `${assistant}:`];
    const head = system === undefined ? [] : [`${system}: Be kind.`];
    for (const lineEnd of ['\n', '\n\n', '\r\n']) {
      const text = [...head, ...turns].join(lineEnd);
      const parsed = parsePrompt(text, { whitespace: 'tidy' });
      expect(parsed.messages).toEqual([
        ...(system === undefined ? [] : [{ role: 'system', content: 'Be kind.' }]),
        { role: 'user', content: 'a?' },
        { role: 'assistant', content: 'b.' },
        { role: 'user', content: 'c?' },
      ]);
      expect(parsed.ending).toBe('open');
      expect(unparsePrompt(parsed)).toBe(text);
    }
  });

  it('counts questions', () => {
    const { messages } = parsePrompt('Q1: a?\nA1: b.\n\nQ2: c?\nA2:', { whitespace: 'tidy' });
    expect(messages).toEqual([
      { role: 'user', content: 'a?' },
      { role: 'assistant', content: 'b.' },
      { role: 'user', content: 'c?' },
    ]);
  });

  it.each([
    ['questions without answers', 'Q1: What is pi?\nQ2: What is e?\nQ3: What is i?'],
    ['choices by letter', 'D: x\nR: y\nA: z\nD: x\nR:'],
    ['one answer to a task', 'Is this rude?\n\nUser: you fool\n\nAnswer:'],
  ])('finds none in %s', (_, text) => {
    expect(parsePrompt(text).messages).toEqual([{ role: 'user', content: text }]);
  });
});
