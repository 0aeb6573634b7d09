import type { Speaker } from '../dialect/types.js';

/**
 * The names that speakers go by in the prompts of the completion years, as `speakerKey` writes them, one line a family;
 * commas stand between names. These label a speaker wherever they stand.
 */
const strong: Readonly<Record<Speaker, string>> = {
  system: `system, system message, system prompt, 系统, 系統, システム, sistema, système, systeme, система, systemnachricht,
    sistem, hệ thống, सिस्टम, النظام, מערכת, ระบบ, 시스템, systemet, systém`,
  user: `user, human, user input, user message, human user, 用户, 用戶, 使用者, 人类, 人類, ユーザー, ユーザ, 人間, usuario, usuaria,
    usuário, usuária, utilizador, utilizadora, humano, utilisateur, utilisatrice, humain, benutzer, benutzerin, nutzer,
    nutzerin, mensch, utente, umano, пользователь, человек, 사용자, 유저, 인간, kullanıcı, kullanici, insan, użytkownik,
    uzytkownik, użytkowniczka, człowiek, користувач, користувачка, людина, người dùng, con người, pengguna, manusia,
    उपयोगकर्ता, प्रयोक्ता, यूज़र, मानव, इंसान, المستخدم, مستخدم, الإنسان, המשתמש, משתמש, אדם, ผู้ใช้, ผู้ใช้งาน, มนุษย์, gebruiker,
    användare, bruger, bruker, käyttäjä, uživatel, χρήστης,
    юзер, prompter, 👤, 🧑, 👨, 👩, 🙋`,
  assistant: `assistant, ai, bot, chatbot, chat bot, model, language model, computer, machine, robot, gpt, gpt 3, gpt 4, gpt3,
    gpt4, chatgpt, claude, llm, ai assistant, virtual assistant, ai model, ai bot, the ai, assistant response, 助手, 助理,
    人工智能, ai助手, アシスタント, asistente, assistente, assistent, assistante, ia, ki, ии, ассистент, бот, 어시스턴트, 도우미,
    비서, 인공지능, 챗봇, assistentin, asistan, yapay zeka, asystent, asystentka, асистент, асистентка, помічник, помощник, ші,
    trợ lý, trợ lý ai, asisten, asisten ai, सहायक, एआई, बॉट, المساعد, مساعد, الذكاء الاصطناعي, البوت, עוזר, העוזר, סייען, בוט,
    ผู้ช่วย, บอท, เอไอ, avustaja, asistent, βοηθός, 机器人,
    機器人, 聊天机器人, 智能助手, 智能客服, チャットボット, ボット, ロボット, 人工知能, 봇, 로봇, робот, чат бот, 🤖`,
};

const names = (list: string): string[] => list.split(',').map((name) => name.trim().replace(/\s+/g, ' '));
const nameSet = (list: string): ReadonlySet<string> => new Set(names(list));

/** Assistant names that are also ordinary words: alone, or as a key of data, they prove nothing. */
export const everydayNames: ReadonlySet<string> = /* @__PURE__ */ nameSet(
  `model, computer, machine, robot, ia, ki, language model, insan, manusia, אדם, людина, робот, ロボット, 로봇, 机器人, 機器人,
    👨, 👩`,
);

/** Speakers that belong together: the user's names, then the assistant's. */
const pairs = /* @__PURE__ */ pairsOf([
  ['# instruction', '# response'],
  ['# prompt, prompt', '# response, response, completion'],
  [
    `customer, client, caller, guest, buyer, visitor, shopper, cliente, kunde, клиент, 고객, お客様, 客户, 客戶, 顾客`,
    `agent, support, support agent, customer service, customer support, representative, rep, clerk, advisor,
      operator, seller, host, staff, vendeur, agente, atendente, vendedor, operador,
      berater, verkäufer, оператор, менеджер, консультант, продавец, поддержка, 상담원, 직원,
      客服, 店員`,
  ],
  [
    `student, pupil, learner, child, étudiant, étudiante, élève, schüler, alumno, estudiante, aluno,
      estudante, studente, ученик, студент, 학생, 生徒, 学生, 學生`,
    `tutor, teacher, professor, instructor, coach, mentor, professeur, prof, lehrer, profesor, maestro,
      insegnante, professore, учитель, преподаватель, 선생님, 先生, 老师, 老師`,
  ],
  [
    'patient, paciente, пациент, 환자, 患者',
    `doctor, therapist, nurse, médecin, docteur, arzt, ärztin, therapeut, médico, врач, доктор, психолог, 의사, 医師, 医生, 醫生`,
  ],
  [
    'you, me, ich, moi, я, ja, ik, jag, jeg, tôi, saya, मैं, أنا, אני, ฉัน, ผม, 나, 저, 我, 私, 僕, 俺',
    `friend, them, stranger, freund, ami, amigo, amico, друг, 친구, 友達, 朋友`,
  ],
  ['player', 'dungeon master, dm, game master, gm, narrator, npc'],
  ['问, 問', '答'],
]);

/** Who asks, whoever answers. */
export const askers: ReadonlySet<string> = /* @__PURE__ */ nameSet(
  'interviewer, journalist, reporter, anon, anonymous, stranger, interviewerin, entrevistador, entrevistadora, журналист',
);

/** "You" in other languages. */
export const youNames: ReadonlySet<string> = /* @__PURE__ */ nameSet(
  `you, du, sie, tu, toi, vous, tú, usted, vos, você, voce, jij, ты, вы, ти, ви, ty, sen, siz, bạn, kamu, anda, तुम, आप, أنت, אתה, את,
    คุณ, 너, 당신, あなた, 你, 您`,
);

function pairsOf(lists: readonly (readonly [string, string])[]): (readonly [string[], string[]])[] {
  return lists.map(([users, assistants]) => [names(users), names(assistants)]);
}

/** A question and its answer: a dialogue in some prompts, and a form to fill in others. */
export const questionNames: ReadonlySet<string> = /* @__PURE__ */ nameSet(
  `q, question, pregunta, frage, pergunta, domanda, vraag, вопрос, питання, запитання, pytanie, otázka, soru, câu hỏi, hỏi,
    pertanyaan, tanya, प्रश्न, सवाल, سؤال, السؤال, שאלה, คำถาม, ถาม, 질문, 質問, 問題, 问题, fråga, spørsmål, spørgsmål, kysymys`,
);
export const answerNames: ReadonlySet<string> = /* @__PURE__ */ nameSet(
  `a, answer, respuesta, réponse, reponse, antwort, resposta, risposta, antwoord, ответ, відповідь, odpowiedź, odpověď, cevap,
    yanıt, câu trả lời, trả lời, đáp, jawaban, jawab, उत्तर, जवाब, جواب, الجواب, إجابة, الإجابة, תשובה, คำตอบ, ตอบ, 답변, 대답,
    답, 回答, 答え, 答案, svar, vastaus`,
);

/** Question and answer, user and assistant by their first letters: they count where no other letter labels a line. */
export const letterPairs: readonly (readonly [user: string, assistant: string])[] = [
  ['q', 'a'],
  ['q', 'r'],
  ['p', 'r'],
  ['f', 'a'],
  ['d', 'r'],
  ['v', 'a'],
  ['h', 'a'],
  ['u', 'a'],
  ['в', 'о'],
];

/** Words before a colon that label a part of a task or of a document, never a speaker. */
const parts: ReadonlySet<string> =
  /* @__PURE__ */ nameSet(`note, notes, context, summary, warning, tip, hint, important, caution, example, examples, input, output, thought,
    thoughts, action, action input, observation, title, topic, subject, date, time, from, to, cc, bcc, re, ps, p s, url, link,
    http, https, source, reference, sources, references, text, passage, document, article, instruction, instructions,
    ingredients, directions, steps, step, method, task, goal, objective, rules, rule, format, constraints, requirements,
    response, result, results, solution, explanation, reasoning, rationale, translation, label, labels, category, class,
    sentiment, tweet, review, email, name, names, address, keywords, tags, tag, sql, python, javascript, java, code, json,
    yaml, html, css, bash, query, command, error, errors, description, details, background, information,
    specific information, relevant information, facts, data, question, questions, answer, answers, final answer, options,
    choices, score, rating, status, type, value, key, id, number, product, company, location, price, total, abstract,
    introduction, conclusion, chapter, section, figure, table, version, author, license, todo, fixme, tl dr, tldr, english,
    french, spanish, german, chinese, japanese, paraphrase, rhyme, poem, haiku, essay, story, joke, recipe, headline,
    caption, definition, synonyms, movie, book, song, conversation, dialogue, dialog, transcript, chat,
    current conversation, conversation history, chat history, history, new lines of conversation, new summary,
    current summary, concise summary, begin response, expected, actual, actual result, expected result, deadline, tone,
    style, length, audience, fun fact, fact, thesis, outcome, pros, cons, destination, budget, plan, idea, ideas, outline,
    password, host, port, username, episode, duration, amount, fix, bug, feature, environment, os, device, season, scene,
    # input, param, params, return, returns, throws, see, since, deprecated, standalone question, follow up input,
    search query, sql query, sqlquery, sqlresult, word, words, antonym, synonym, opposite, emotion, mood, emoji, intent, utterance,
    entity, entities, capital, country, city, animal, sound, plural, singular, original, corrected, correction, formal,
    casual, premise, hypothesis, keyword, acronym, grade, verdict, decision, prediction, target, italian, portuguese,
    russian, korean, arabic, dutch, latin, polish, turkish, hindi, age, occupation, job, born, meaning, term, genre, character`);

const strongRole = /* @__PURE__ */ rolesOf(strong);

function rolesOf(lists: typeof strong): ReadonlyMap<string, Speaker> {
  const speakers = Object.keys(lists) as Speaker[];
  return new Map(speakers.flatMap((speaker) => names(lists[speaker]).map((name) => [name, speaker])));
}

/** `user 2` and `person #1` are numbered names. */
export const unnumbered = (key: string): string => key.replace(/ ?#?\d+$/, '');

/** A label's name as the tables have it: no marks, no brackets, lower case; `[[USER_NAME]]` and `{{user}}` are `user`. */
export function speakerKey(label: string): string {
  const words = label
    .normalize('NFC')
    // Bing's headings: `[user](#message)`.
    .replace(/\(#[\w-]*\)$/, '')
    .replace(/[*_#<>[\]{}|.\-$=@%~+]+/g, ' ')
    .trim()
    .toLowerCase()
    // Turkish `İ` becomes two letters.
    .replaceAll('i\u0307', 'i')
    .replace(/\s+/g, ' ');
  if (words === '') return label.toLowerCase();
  const plain = words.replace(/^\p{Extended_Pictographic}\ufe0f? ?(?=\p{L})/u, '');
  // Alpaca's headings: the plain words label the parts of many tasks.
  if (/^\s*#/.test(label) && /^(instruction|response|input)$/.test(words)) return `# ${words}`;
  return /^[#\s]*[<[{$|]/.test(label) ? plain.replace(/ name$/, '') : plain;
}

/** The role of a name that labels a speaker wherever it stands. */
export function strongSpeaker(key: string): Speaker | undefined {
  return strongRole.get(key) ?? strongRole.get(unnumbered(key));
}

/** Does the name label a part of a text, and never a speaker? */
export function neverSpeaks(key: string): boolean {
  return parts.has(key) || parts.has(unnumbered(key));
}

/** What the last words of the user go by where the conversation before them is labelled otherwise (LangChain's `New input:`). */
export const lastWords: ReadonlySet<string> = /* @__PURE__ */ nameSet(
  `new input, new user input, new message, new user message, new human message, new question, latest input, latest message,
    latest user message, last message, last user message, current input, current message, current user message,
    current question, next message, user question, human input, human message, user query, follow up question`,
);

/** What is said at the start, behind a mark that shows it to be a turn: the system's words. */
export const firstWords: ReadonlySet<string> = /* @__PURE__ */ nameSet(
  'instructions, instruction, prompt, context, preamble, persona, description, background, rules',
);

/** Levels of a log, which never speak. */
export const logLevels: ReadonlySet<string> = /* @__PURE__ */ nameSet(
  `error, err, warn, warning, info, information, notice, debug, trace, verbose, fatal, critical, crit, severe, alert, emerg,
    log, audit, panic, stderr, stdout, exception, event, status, message`,
);

/** Does the name label a question: `q`, `question 2`, or by its first letter alone? */
export const isQuestion = (key: string): boolean =>
  questionNames.has(unnumbered(key)) || letterPairs.some(([user]) => user === unnumbered(key));

/** A name as the rules for it have it: "you" in any language, and questions and answers without their numbers. */
export function ruleKey(key: string): string {
  if (youNames.has(key)) return 'you';
  const plain = unnumbered(key);
  const oneOfMany = questionNames.has(plain) || answerNames.has(plain) || [...plain].length === 1;
  return oneOfMany ? plain : key;
}

/** Do the two names belong together as user and assistant? */
export function isPair(user: string, assistant: string): boolean {
  return pairs.some(([users, assistants]) => users.includes(user) && assistants.includes(assistant));
}

/** The side that a name takes where its counterpart speaks, too. */
export function pairSide(key: string): 'user' | 'assistant' | undefined {
  for (const [users, assistants] of pairs) {
    if (users.includes(key)) return 'user';
    if (assistants.includes(key)) return 'assistant';
  }
  return undefined;
}

/** The names that label turns in the middle of a line, too: one word each. */
export const inlineNames = /* @__PURE__ */ oneWordNames();

function oneWordNames(): ReadonlySet<string> {
  const all = [...strongRole.keys(), ...questionNames, ...answerNames, ...pairs.flat(2)];
  return new Set(all.filter((name) => !/[ #]/.test(name)));
}
