import type { Speaker } from './dialect.js';

/**
 * The names that speakers go by in the prompts of the completion years, as `speakerKey` writes them.
 * `strong` names a speaker wherever it labels a line; `pair` names count beside each other only.
 */
const strong: Readonly<Record<Speaker, readonly string[]>> = {
  system: [
    'system',
    'system message',
    'system prompt',
    '系统',
    '系統',
    'システム',
    'sistema',
    'système',
    'systeme',
    'система',
    'systemnachricht',
  ],
  user: [
    'user',
    'human',
    'user input',
    'user message',
    'human user',
    '用户',
    '用戶',
    '使用者',
    '人类',
    '人類',
    'ユーザー',
    'ユーザ',
    '人間',
    'usuario',
    'usuaria',
    'usuário',
    'humano',
    'utilisateur',
    'utilisatrice',
    'humain',
    'benutzer',
    'nutzer',
    'mensch',
    'utente',
    'пользователь',
    'человек',
    '사용자',
  ],
  assistant: [
    'assistant',
    'ai',
    'bot',
    'chatbot',
    'chat bot',
    'model',
    'language model',
    'computer',
    'machine',
    'robot',
    'gpt',
    'gpt 3',
    'gpt 4',
    'gpt3',
    'gpt4',
    'chatgpt',
    'claude',
    'llm',
    'ai assistant',
    'virtual assistant',
    'ai model',
    'ai bot',
    'the ai',
    'assistant response',
    '助手',
    '助理',
    '人工智能',
    'ai助手',
    'アシスタント',
    'asistente',
    'assistente',
    'assistent',
    'assistante',
    'ia',
    'ki',
    'ии',
    'ассистент',
    'бот',
    '어시스턴트',
  ],
};

/** Assistant names that are also ordinary words: alone, or as a key of data, they prove nothing. */
export const everydayNames: ReadonlySet<string> = new Set([
  'model',
  'computer',
  'machine',
  'robot',
  'ia',
  'ki',
  'language model',
]);

/** Speakers that belong together: the user's names, then the assistant's. */
const pairs: readonly (readonly [user: readonly string[], assistant: readonly string[]])[] = [
  [['# instruction'], ['# response']],
  [
    ['customer', 'client', 'caller', 'guest', 'buyer', 'visitor', 'shopper'],
    [
      'agent',
      'support',
      'support agent',
      'customer service',
      'customer support',
      'representative',
      'rep',
      'clerk',
      'advisor',
      'operator',
      'seller',
      'host',
      'staff',
      'concierge',
    ],
  ],
  [
    ['student', 'pupil', 'learner', 'child'],
    ['tutor', 'teacher', 'professor', 'instructor', 'coach', 'mentor'],
  ],
  [['patient'], ['doctor', 'therapist', 'nurse']],
  [
    ['you', 'me'],
    ['friend', 'them', 'stranger'],
  ],
  [['player'], ['dungeon master', 'dm', 'game master', 'narrator', 'npc']],
  [
    ['问', '問', '客户', '学生'],
    ['答', '客服', '老师'],
  ],
  [['cliente'], ['agente']],
  [['kunde'], ['agent', 'berater']],
];

/** A question and its answer: a dialogue in some prompts, and a form to fill in others. */
export const questionNames: ReadonlySet<string> = new Set(['q', 'question']);
export const answerNames: ReadonlySet<string> = new Set(['a', 'answer']);

/** Words before a colon that label a part of a task or of a document, never a speaker. */
export const neverSpeakers: ReadonlySet<string> = new Set(
  (
    'note notes context summary warning tip hint important caution example examples input output thought thoughts action action input observation ' +
    'title topic subject date time from to cc re ps p s url link http https source sources reference references text passage document article ' +
    'instruction instructions ingredients directions steps step method task goal objective rules rule format constraints requirements response ' +
    'result results solution explanation reasoning rationale translation label labels category class sentiment tweet review email name names address ' +
    'keywords tags tag sql python javascript java code json yaml html css bash query command error errors description details background information ' +
    'specific information facts data answer question questions answers final answer options choices score rating status type value key id number ' +
    'product company location price total abstract introduction conclusion chapter section figure table version author license todo fixme tl dr tldr ' +
    'english french spanish german chinese japanese paraphrase rhyme poem story joke recipe headline caption definition synonyms movie book song ' +
    'current conversation conversation history chat history new lines of conversation new summary current summary begin response concise summary'
  )
    .split(/\s+/)
    .concat([
      'action input',
      'final answer',
      'tl dr',
      'current conversation',
      'conversation history',
      'chat history',
      'new summary',
      'current summary',
      'concise summary',
      'new lines of conversation',
      'specific information',
      'begin response',
      'p s',
      '# input',
    ]),
);

const strongRole = new Map<string, Speaker>();
for (const speaker of ['system', 'user', 'assistant'] as const) {
  for (const name of strong[speaker]) strongRole.set(name, speaker);
}

/** A label's name as the tables have it: no marks, no brackets, lower case; `[[USER_NAME]]` and `{{user}}` are `user`. */
export function speakerKey(label: string): string {
  const words = label
    .replace(/[*_#<>[\]{}|.\-$]+/g, ' ')
    .trim()
    .toLowerCase()
    .replace(/\s+/g, ' ');
  // Alpaca's headings: the plain words label the parts of many tasks.
  if (/^\s*#/.test(label) && /^(instruction|response|input)$/.test(words)) return `# ${words}`;
  const bracketed = /^[#\s]*[<[{$|]/.test(label);
  return bracketed ? words.replace(/ name$/, '') : words;
}

/** The role of a name that labels a speaker wherever it stands. */
export function strongSpeaker(key: string): Speaker | undefined {
  return strongRole.get(key);
}

/** The pair that has both names in it, as `[user, assistant]`, whichever of the two is given first. */
export function isPair(user: string, assistant: string): boolean {
  return pairs.some(([users, assistants]) => users.includes(user) && assistants.includes(assistant));
}

export function pairSide(key: string): 'user' | 'assistant' | undefined {
  for (const [users, assistants] of pairs) {
    if (users.includes(key)) return 'user';
    if (assistants.includes(key)) return 'assistant';
  }
  return undefined;
}
