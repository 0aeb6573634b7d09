import type { Speaker } from '../dialect/types.js';

/**
 * The names that speakers go by in the prompts of the completion years, as `speakerKey` writes them, one line a family;
 * commas stand between names. These label a speaker wherever they stand.
 */
const strong: Readonly<Record<Speaker, string>> = {
  system: `system, system message, system prompt, 系统, 系統, システム, sistema, système, systeme, система, systemnachricht,
    sistem, hệ thống, सिस्टम, النظام, מערכת, ระบบ, 시스템, systemet, systém, rendszer, σύστημα, سیستم`,
  user: `user, human, user input, user message, human user, 用户, 用戶, 使用者, 人类, 人類, ユーザー, ユーザ, 人間, usuario, usuaria,
    usuário, usuária, utilizador, utilizadora, humano, utilisateur, utilisatrice, humain, benutzer, benutzerin, nutzer,
    nutzerin, mensch, utente, umano, пользователь, человек, 사용자, 유저, 인간, kullanıcı, kullanici, insan, użytkownik,
    uzytkownik, użytkowniczka, człowiek, користувач, користувачка, людина, người dùng, con người, pengguna, manusia,
    उपयोगकर्ता, प्रयोक्ता, यूज़र, मानव, इंसान, المستخدم, مستخدم, الإنسان, המשתמש, משתמש, אדם, ผู้ใช้, ผู้ใช้งาน, มนุษย์, gebruiker,
    användare, bruger, bruker, käyttäjä, uživatel, používateľ, felhasználó, utilizator, χρήστης, потребител, корисник,
    korisnik, کاربر, صارف, ব্যবহারকারী, பயனர், usuari`,
  assistant: `assistant, ai, bot, chatbot, chat bot, model, language model, computer, machine, robot, gpt, gpt 3, gpt 4, gpt3,
    gpt4, chatgpt, claude, llm, ai assistant, virtual assistant, ai model, ai bot, the ai, assistant response, 助手, 助理,
    人工智能, ai助手, アシスタント, asistente, assistente, assistent, assistante, ia, ki, ии, ассистент, бот, 어시스턴트, 도우미,
    비서, 인공지능, 챗봇, assistentin, asistan, yapay zeka, asystent, asystentka, асистент, асистентка, помічник, помощник, ші,
    trợ lý, trợ lý ai, asisten, asisten ai, सहायक, एआई, बॉट, المساعد, مساعد, الذكاء الاصطناعي, البوت, עוזר, העוזר, סייען, בוט,
    ผู้ช่วย, บอท, เอไอ, avustaja, asistent, asszisztens, βοηθός, помоћник, pomoćnik, دستیار, সহকারী, உதவியாளர்`,
};

const names = (list: string): string[] => list.split(',').map((name) => name.trim().replace(/\s+/g, ' '));
const nameSet = (list: string): ReadonlySet<string> => new Set(names(list));

/** Assistant names that are also ordinary words: alone, or as a key of data, they prove nothing. */
export const everydayNames: ReadonlySet<string> = /* @__PURE__ */ nameSet(
  'model, computer, machine, robot, ia, ki, language model, insan, manusia, אדם, людина',
);

/** Speakers that belong together: the user's names, then the assistant's. */
const pairs = /* @__PURE__ */ pairsOf([
  ['# instruction', '# response'],
  [
    'customer, client, caller, guest, buyer, visitor, shopper',
    'agent, support, support agent, customer service, customer support, representative, rep, clerk, advisor, operator, seller, host, staff, concierge, conseiller',
  ],
  ['student, pupil, learner, child', 'tutor, teacher, professor, instructor, coach, mentor'],
  ['patient', 'doctor, therapist, nurse'],
  ['you, me', 'friend, them, stranger'],
  ['player', 'dungeon master, dm, game master, narrator, npc'],
  ['问, 問, 客户, 学生', '答, 客服, 老师'],
  ['cliente', 'agente'],
  ['kunde', 'agent, berater'],
]);

function pairsOf(lists: readonly (readonly [string, string])[]): (readonly [string[], string[]])[] {
  return lists.map(([users, assistants]) => [names(users), names(assistants)]);
}

/** A question and its answer: a dialogue in some prompts, and a form to fill in others. */
export const questionNames: ReadonlySet<string> = /* @__PURE__ */ nameSet(
  'q, question, pregunta, frage, pergunta',
);
export const answerNames: ReadonlySet<string> = /* @__PURE__ */ nameSet(
  'a, answer, respuesta, réponse, reponse, antwort, resposta',
);

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
    search query, sql query, sqlquery, sqlresult`);

const strongRole = /* @__PURE__ */ rolesOf(strong);

function rolesOf(lists: typeof strong): ReadonlyMap<string, Speaker> {
  const speakers = Object.keys(lists) as Speaker[];
  return new Map(speakers.flatMap((speaker) => names(lists[speaker]).map((name) => [name, speaker])));
}

/** `user 2` and `person #1` are numbered names. */
const unnumbered = (key: string): string => key.replace(/ ?#?\d+$/, '');

/** A label's name as the tables have it: no marks, no brackets, lower case; `[[USER_NAME]]` and `{{user}}` are `user`. */
export function speakerKey(label: string): string {
  const words = label
    .normalize('NFC')
    .replace(/[*_#<>[\]{}|.\-$=@%~+]+/g, ' ')
    .trim()
    .toLowerCase()
    .replace(/\s+/g, ' ');
  if (words === '') return label.toLowerCase();
  // Alpaca's headings: the plain words label the parts of many tasks.
  if (/^\s*#/.test(label) && /^(instruction|response|input)$/.test(words)) return `# ${words}`;
  return /^[#\s]*[<[{$|]/.test(label) ? words.replace(/ name$/, '') : words;
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
    current question, next message, user question, human input, human message, user query`,
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
