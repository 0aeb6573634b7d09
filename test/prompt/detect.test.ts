import { describe, expect, it } from 'vitest';
import { detectDialect, type ParseOptions, parsePrompt } from '../../src/index.js';

interface Case {
  name: string;
  text: string;
  options?: ParseOptions;
  dialect?: string;
  /** Roles and contents, tidied: `u:`, `a:`, `s:`; a name stands in brackets. */
  turns: string[];
  ending?: 'open' | 'prefill' | 'closed';
  awaitsAssistant?: boolean;
}

const marv = 'Marv is a chatbot that reluctantly answers questions with sarcastic responses:\n\n';

const conversations: Case[] = [
  {
    name: 'the AI assistant example',
    text: 'The following is a conversation with an AI assistant.\n\nHuman: Hello, who are you?\nAI: I am an AI.\nHuman: Cancel it.\nAI:',
    dialect: 'human-ai',
    turns: [
      's:The following is a conversation with an AI assistant.',
      'u:Hello, who are you?',
      'a:I am an AI.',
      'u:Cancel it.',
    ],
    ending: 'open',
  },
  {
    name: 'Human and You',
    text: 'Human: hi\nYou: hello\nHuman: bye\nYou:',
    turns: ['u:hi', 'a:hello', 'u:bye'],
    ending: 'open',
  },
  {
    name: 'User and Bot',
    text: 'User: hi\nBot: hello\nUser: bye\nBot:',
    turns: ['u:hi', 'a:hello', 'u:bye'],
    ending: 'open',
  },
  { name: 'Human and Model', text: 'Human: hi\nModel:', turns: ['u:hi'], ending: 'open' },
  {
    name: 'Human and Computer',
    text: 'Human: hi\nComputer: beep\nHuman: bye\nComputer:',
    turns: ['u:hi', 'a:beep', 'u:bye'],
    ending: 'open',
  },
  {
    name: 'questions and answers',
    text: 'I answer.\n\nQ: a?\nA: b.\n\nQ: c?\nA:',
    dialect: 'q-a',
    turns: ['s:I answer.', 'u:a?', 'a:b.', 'u:c?'],
    ending: 'open',
  },
  {
    name: 'Question and Answer as a dialogue',
    text: 'Question: a?\nAnswer: b.\nQuestion: c?\nAnswer:',
    turns: ['u:a?', 'a:b.', 'u:c?'],
    ending: 'open',
  },
  {
    name: 'one question',
    text: 'Q: A juggler has 16 balls.\nA:',
    dialect: 'q-a',
    turns: ['u:A juggler has 16 balls.'],
    ending: 'open',
  },
  {
    name: 'a thought that is to go on',
    text: "Q: Why?\nA: Let's think step by step.",
    turns: ['u:Why?', "a:Let's think step by step."],
    ending: 'prefill',
  },
  {
    name: 'You beside a persona',
    text: `${marv}You: How many pounds?\nMarv: This again?\nYou: What is HTML?\nMarv:`,
    turns: [`s:${marv.trim()}`, 'u:How many pounds?', 'a:This again?', 'u:What is HTML?'],
    ending: 'open',
  },
  {
    name: 'a persona that stands open at the end',
    text: `${marv}You: hi\nMarv:`,
    turns: [`s:${marv.trim()}`, 'u:hi'],
    ending: 'open',
  },
  {
    name: 'a persona without spaces',
    text: `${marv}You:hi\nMarv:yo\n\nYou:x\nMarv:`,
    turns: [`s:${marv.trim()}`, 'u:hi', 'a:yo', 'u:x'],
    ending: 'open',
  },
  {
    name: 'a persona of two words that speaks first',
    text: 'ML Tutor: I am a tutor\nYou: What is a model?\nML Tutor: A thing.\nYou: Why?',
    turns: ['a:I am a tutor', 'u:What is a model?', 'a:A thing.', 'u:Why?'],
    ending: 'closed',
    awaitsAssistant: true,
  },
  {
    name: 'a named assistant beside User',
    text: 'User: Hello, Bob.\nBob: Hello.\nUser: City?\nBob: Paris.\nUser:',
    turns: ['u:Hello, Bob.', 'a:Hello.', 'u:City?', 'a:Paris.'],
    ending: 'open',
    awaitsAssistant: false,
  },
  {
    name: 'You and Friend',
    text: 'You: What have you been up to?\nFriend: Watching old movies.\nYou: x\nFriend:',
    dialect: 'you-friend',
    turns: ['u:What have you been up to?', 'a:Watching old movies.', 'u:x'],
    ending: 'open',
  },
  {
    name: 'Customer and Agent',
    text: 'Summary: x\n\nCustomer: a\nAgent: b\nCustomer: c\nAgent:',
    dialect: 'customer-agent',
    turns: ['s:Summary: x', 'u:a', 'a:b', 'u:c'],
    ending: 'open',
  },
  {
    name: 'Student and Tutor',
    text: 'Student: a\nTutor: b\nStudent: c\nTutor:',
    turns: ['u:a', 'a:b', 'u:c'],
    ending: 'open',
  },
  {
    name: 'Anthropic',
    text: '\n\nHuman: Hello\n\nAssistant:',
    dialect: 'anthropic',
    turns: ['u:Hello'],
    ending: 'open',
  },
  {
    name: 'Anthropic with system text',
    text: 'Be nice.\n\nHuman: Hello\n\nAssistant: Hi\n\nHuman: Bye\n\nAssistant:',
    dialect: 'anthropic',
    turns: ['s:Be nice.', 'u:Hello', 'a:Hi', 'u:Bye'],
  },
  {
    name: 'Human and Assistant on single lines',
    text: 'Human: Hello\nAssistant: Hi\nHuman: Bye\nAssistant:',
    dialect: 'human-assistant',
    turns: ['u:Hello', 'a:Hi', 'u:Bye'],
  },
  {
    name: 'Vicuna 0',
    text: 'A chat.\n### Human: hi\n### Assistant: yo\n### Human: x\n### Assistant:',
    dialect: 'vicuna-v0',
    turns: ['s:A chat.', 'u:hi', 'a:yo', 'u:x'],
  },
  {
    name: 'Vicuna 1.1',
    text: 'A chat. USER: hi ASSISTANT: Hello.</s>USER: bye ASSISTANT:',
    dialect: 'vicuna',
    turns: ['s:A chat.', 'u:hi', 'a:Hello.', 'u:bye'],
  },
  {
    name: 'Vicuna on lines',
    text: 'A chat.\n\nUSER: hi\nASSISTANT:',
    dialect: 'vicuna',
    turns: ['s:A chat.', 'u:hi'],
  },
  {
    name: 'Alpaca',
    text: 'Below is an instruction.\n\n### Instruction:\nSay hi\n\n### Response:\n',
    dialect: 'alpaca',
    turns: ['s:Below is an instruction.', 'u:Say hi'],
    ending: 'open',
  },
  {
    name: 'Prompty',
    text: '# system:\nYou are x\n\n# user:\nhi\n',
    dialect: 'prompty',
    turns: ['s:You are x', 'u:hi'],
  },
  {
    name: 'the AI SDK',
    text: 'S\n\nuser:\nhi\n\nassistant:\n',
    dialect: 'ai-sdk',
    turns: ['s:S', 'u:hi'],
    ending: 'open',
  },
  {
    name: 'on one line',
    text: 'Human: hi AI: hello Human: bye AI:',
    turns: ['u:hi', 'a:hello', 'u:bye'],
    ending: 'open',
  },
  {
    name: 'questions on one line',
    text: 'Q: a? A: b. Q: c? A:',
    turns: ['u:a?', 'a:b.', 'u:c?'],
    ending: 'open',
  },
  {
    name: 'full-width colons',
    text: '[Round 1]\n问：你好\n答：',
    dialect: 'chinese-q-a',
    turns: ['u:你好'],
    ending: 'open',
  },
  {
    name: 'Chinese',
    text: '以下是对话。\n\n用户:你好！\n助手:\n',
    dialect: 'chinese',
    turns: ['s:以下是对话。', 'u:你好！'],
    ending: 'open',
  },
  {
    name: 'Traditional Chinese',
    text: '使用者：你好\n助理：您好\n使用者：再見\n助理：',
    dialect: 'chinese',
    turns: ['u:你好', 'a:您好', 'u:再見'],
  },
  {
    name: 'Japanese',
    text: 'ユーザー：こんにちは\nアシスタント：',
    dialect: 'japanese',
    turns: ['u:こんにちは'],
  },
  {
    name: 'Spanish',
    text: 'Usuario: hola\nAsistente: buenas\nUsuario: adiós\nAsistente:',
    dialect: 'spanish',
    turns: ['u:hola', 'a:buenas', 'u:adiós'],
  },
  {
    name: 'French',
    text: 'Utilisateur : bonjour\nAssistant : salut\nUtilisateur : au revoir\nAssistant :',
    dialect: 'french',
    turns: ['u:bonjour', 'a:salut', 'u:au revoir'],
  },
  {
    name: 'German',
    text: 'Benutzer: hallo\nAssistent: guten Tag\nBenutzer: tschüss\nAssistent:',
    dialect: 'german',
    turns: ['u:hallo', 'a:guten Tag', 'u:tschüss'],
  },
  {
    name: 'tags as labels',
    text: '<human>: hi\n<bot>: hello\n<human>: bye\n<bot>:',
    turns: ['u:hi', 'a:hello', 'u:bye'],
    ending: 'open',
  },
  {
    name: 'placeholders as labels',
    text: '{{user}}: hi\n{{char}}: hello\n{{user}}: bye\n{{char}}:',
    turns: ['u:hi', 'a:hello', 'u:bye'],
    ending: 'open',
  },
  {
    name: 'blank lines, indents and bold',
    text: 'Be nice.\n\n  **User:** hi\n\n  **Assistant:** hello\n\n  **User:** bye\n\n  **Assistant:**',
    turns: ['s:Be nice.', 'u:hi', 'a:hello', 'u:bye'],
    ending: 'open',
  },
  {
    name: 'a space before the colon',
    text: 'User : hi\nAssistant : hello\nUser : x\nAssistant :',
    dialect: 'user-assistant',
    turns: ['u:hi', 'a:hello', 'u:x'],
  },
  {
    name: 'lower case',
    text: 'user: hi\nassistant: hello\nuser: x\nassistant:',
    dialect: 'user-assistant',
    turns: ['u:hi', 'a:hello', 'u:x'],
  },
  {
    name: 'CRLF',
    text: 'Be nice.\r\n\r\nUser: hi\r\nAssistant: hello\r\nUser: x\r\nAssistant:',
    dialect: 'user-assistant',
    turns: ['s:Be nice.', 'u:hi', 'a:hello', 'u:x'],
  },
  {
    name: 'lone CR',
    text: 'User: hi\rAssistant: hello\rUser: x\rAssistant:',
    dialect: 'user-assistant',
    turns: ['u:hi', 'a:hello', 'u:x'],
  },
  { name: 'a BOM', text: '\ufeffUser: hi\nAssistant:', dialect: 'user-assistant', turns: ['u:hi'] },
  {
    name: 'lines of several sentences',
    text: 'User: one\ntwo\n\nthree: four\nAssistant: a\nb\nUser: c\nAssistant:',
    turns: ['u:one\ntwo\n\nthree: four', 'a:a\nb', 'u:c'],
  },
  {
    name: 'an empty turn',
    text: 'User:\nAssistant: hello\nUser: x\nAssistant:',
    turns: ['u:', 'a:hello', 'u:x'],
  },
  {
    name: 'a prefill',
    text: 'User: hi\nAssistant: Sure, here',
    turns: ['u:hi', 'a:Sure, here'],
    ending: 'prefill',
  },
  {
    name: 'a label in the middle of a line',
    text: 'User: the label User: is mine\nAssistant:',
    turns: ['u:the label User: is mine'],
  },
  { name: 'turns of one speaker, not merged', text: 'User: a\nUser: b\nAssistant:', turns: ['u:a', 'u:b'] },
  { name: 'a system turn', text: 'System: Be nice.\nUser: hi\nAssistant:', turns: ['s:Be nice.', 'u:hi'] },
  {
    name: 'a system turn alone with a user turn',
    text: 'System: Be nice.\nHuman: hi',
    turns: ['s:Be nice.', 'u:hi'],
  },
  { name: 'a human alone', text: 'Human: what is the city?', turns: ['u:what is the city?'] },
  {
    name: 'content with colons',
    text: 'User: Note: see https://x.y at 12:30\nTODO: nothing\nAssistant:',
    turns: ['u:Note: see https://x.y at 12:30\nTODO: nothing'],
  },
  {
    name: 'a label in a code block',
    text: 'User: fix\n```\nUser: root\nAssistant: x\n```\nAssistant: ok\nUser: thanks\nAssistant:',
    turns: ['u:fix\n```\nUser: root\nAssistant: x\n```', 'a:ok', 'u:thanks'],
  },
  {
    name: 'a dialogue in single quotes',
    text: "A chat:\n'''\nUser: hi\nBot: yo\n'''\n\nUser: what is said?\nBot:",
    turns: ["s:A chat:\n'''\nUser: hi\nBot: yo\n'''", 'u:what is said?'],
  },
  {
    name: 'an unclosed code fence',
    text: 'User: fix\n```js\nlet a\nAssistant: ok\nUser: thanks\nAssistant:',
    turns: ['u:fix\n```js\nlet a', 'a:ok', 'u:thanks'],
  },
  {
    name: 'a fence that opens behind a label',
    text: 'User: ```js\nlet a\n```\nAssistant: ```\nok\n```\nUser: thanks\nAssistant:',
    turns: ['u:```js\nlet a\n```', 'a:```\nok\n```', 'u:thanks'],
  },
  {
    name: 'a persona that the stops name',
    text: 'Marv: hi\nJoe: what?\nMarv:',
    options: { stop: ['Joe:'], labels: { assistant: 'Marv' } },
    turns: ['a:hi', 'u:what?'],
    ending: 'open',
  },
  {
    name: 'labels that the caller names',
    text: 'Alice: hi\nZed: yo',
    options: { labels: { user: 'Alice', assistant: 'Zed' } },
    turns: ['u:hi', 'a:yo'],
    ending: 'prefill',
  },
  {
    name: 'more than two speakers',
    text: 'Alice: hi\nAI: hello\nBob: hey\nAI: hello Bob\nAlice: bye\nBob: bye\nAI:',
    turns: ['u[Alice]:hi', 'a:hello', 'u[Bob]:hey', 'a:hello Bob', 'u[Alice]:bye', 'u[Bob]:bye'],
    ending: 'open',
  },
  {
    name: 'instructions that say summary, and a live chat',
    text: 'You are a support bot. Summarize what the user says in each reply of the conversation.\n\nUser: hi\nAssistant: You greet me.\nUser: bye\nAssistant:',
    turns: [
      's:You are a support bot. Summarize what the user says in each reply of the conversation.',
      'u:hi',
      'a:You greet me.',
      'u:bye',
    ],
  },
  {
    name: 'a labelled line inside a turn',
    text: 'User: Please fix this.\nExpected: 4\nAssistant: ok\nUser: thanks\nAssistant:',
    turns: ['u:Please fix this.\nExpected: 4', 'a:ok', 'u:thanks'],
  },
  {
    name: 'a labelled line inside an answer',
    text: 'User: a joke\nAssistant: sure.\nMoral Lesson: none\nUser: thanks\nAssistant:',
    turns: ['u:a joke', 'a:sure.\nMoral Lesson: none', 'u:thanks'],
  },
  {
    name: 'an essay with a heading',
    text: '\n\nHuman: Here is my essay.\nThesis: cats\n\nAssistant: Good.\n\nHuman: Thanks\n\nAssistant:',
    dialect: 'anthropic',
    turns: ['u:Here is my essay.\nThesis: cats', 'a:Good.', 'u:Thanks'],
  },
  {
    name: 'a known pair with fields before it',
    text: 'Relevant Information:\n\nfoo\n\nConversation:\nHuman: hi\nAI:',
    dialect: 'human-ai',
    turns: ['s:Relevant Information:\n\nfoo\n\nConversation:', 'u:hi'],
  },
  {
    name: 'fields in a user turn',
    text: 'User: Plan a trip.\nDestination: Rome\nBudget: 100\nAssistant:',
    turns: ['u:Plan a trip.\nDestination: Rome\nBudget: 100'],
  },
  {
    name: 'a stop that names one speaker of two',
    text: 'Anon: hi\nMiku: hello\nAnon: x\nMiku:',
    options: { stop: ['Anon:'] },
    turns: ['u:hi', 'a:hello', 'u:x'],
    ending: 'open',
  },
  {
    name: 'long labels of the caller',
    text: 'A Very Young Child: hi\nThe Old Wise Man: yes',
    options: { labels: { user: 'A Very Young Child', assistant: 'The Old Wise Man' } },
    turns: ['u:hi', 'a:yes'],
  },
  {
    name: 'odd labels of the caller',
    text: '[a+b]: hi\n(c): yes\n[a+b]: x\n(c):',
    options: { labels: { user: '[a+b]', assistant: '(c)' } },
    turns: ['u:hi', 'a:yes', 'u:x'],
  },
  {
    name: 'labels of the caller on one line',
    text: 'Alice: hi Zed: yo Alice: bye Zed:',
    options: { labels: { user: 'Alice', assistant: 'Zed' } },
    turns: ['u:hi', 'a:yo', 'u:bye'],
  },
  {
    name: 'a system turn in mid-conversation',
    text: 'System: a\nHuman: b\nAI: c\nSystem: d\nHuman: e\nAI:',
    turns: ['s:a', 'u:b', 'a:c', 's:d', 'u:e'],
  },
  {
    name: 'two users in a row',
    text: 'Alice: hi all\nBob: hey\nAssistant: hello\nAlice: what is up?\nBob: yes\nAssistant:',
    turns: ['u[Alice]:hi all', 'u[Bob]:hey', 'a:hello', 'u[Alice]:what is up?', 'u[Bob]:yes'],
  },
  {
    name: 'numbered users',
    text: 'User 1: hi\nUser 2: hey\nAssistant: hello\nUser 2: bye\nAssistant:',
    turns: ['u[User 1]:hi', 'u[User 2]:hey', 'a:hello', 'u[User 2]:bye'],
  },
  {
    name: 'a conversation told of',
    text: 'Below is a conversation between a user and an assistant.\n\nUser: hi\nAssistant: hello\nUser: bye',
    turns: ['s:Below is a conversation between a user and an assistant.', 'u:hi', 'a:hello', 'u:bye'],
  },
  {
    name: 'instructions to read',
    text: 'Read the messages carefully and be helpful.\n\nUser: hi\nAssistant: hello, I',
    turns: ['s:Read the messages carefully and be helpful.', 'u:hi', 'a:hello, I'],
    ending: 'prefill',
  },
  {
    name: 'promptflow in its first form',
    text: 'system:\nYou are an AI.\n\nuser:\nhi',
    dialect: 'ai-sdk',
    turns: ['s:You are an AI.', 'u:hi'],
  },
  { name: 'a system message alone', text: 'System: be nice', turns: ['s:be nice'] },
  {
    name: 'Question and Answer on one line',
    text: 'Question: Who? Answer: Me. Question: Why? Answer:',
    turns: ['u:Who?', 'a:Me.', 'u:Why?'],
  },
  {
    name: 'You and Friend on one line',
    text: 'You: hi Friend: hello You: bye Friend:',
    turns: ['u:hi', 'a:hello', 'u:bye'],
  },
  {
    name: 'Chinese on one line',
    text: '用户：你好 助手：您好 用户：再见 助手：',
    turns: ['u:你好', 'a:您好', 'u:再见'],
  },
  {
    name: 'headings on one line',
    text: '### Human: hi### Assistant: hello### Human: bye### Assistant:',
    turns: ['u:hi', 'a:hello', 'u:bye'],
  },
  {
    name: 'rounds',
    text: '[Round 1]\n问：你好\n答：你好！\n[Round 2]\n问：再见\n答：',
    turns: ['u:你好', 'a:你好！', 'u:再见'],
  },
  {
    name: 'an escape at the start of an indented turn',
    text: 'User: \n  \\User: x\nAssistant: y\nUser: z\nAssistant:',
    options: { dialect: 'user-assistant' },
    turns: ['u:User: x', 'a:y', 'u:z'],
  },
];

const plain: [name: string, text: string][] = [
  ['no labels', 'Tell me a joke'],
  ['a task that ends in Label:', 'Classify the text.\n\nText: great movie\nLabel:'],
  ['a task that ends in Summary:', 'Some long text here.\n\nSummary:'],
  ['a task that ends in Python:', '# Reverse a list\n\nPython:'],
  ['a note', 'Note: bring milk\nand bread'],
  ['a recipe', 'Write a recipe.\n\nFrito Pie\n\nIngredients:\nFritos\nChili\n\nInstructions:'],
  [
    'meeting notes',
    'Convert my notes:\n\nTom: Profits up 50%\nJane: New servers\nKjel: Need time\nJane: Happy to help\nParkman: Beta done',
  ],
  ['code', 'switch (x) {\n  case 1:\n    break;\n  default:\n    user: for (;;) {}\n}'],
  ['YAML', 'name: app\nuser: root\nmodel: gpt-4\nport: 8080'],
  ['a URL', 'https://example.com/a:b\nhttp://x.y'],
  ['times', '12:30 lunch\n13:00 talk'],
  [
    'a quoted dialogue',
    'Summarize the following conversation:\n\nUser: hi\nAssistant: hello\nUser: my app crashes\nAssistant: restart it\n\nSummary:',
  ],
  ['a fenced dialogue', 'What is wrong here?\n\n```\nUser: hi\nAssistant: hello\n```'],
  ['a dialogue in triple quotes', 'Extract the topic.\n"""\nUser: hi\nAssistant: hello\n"""\nTopic:'],
  ['a dialogue in tags', 'Rate this chat.\n<chat>\nUser: hi\nAssistant: hello\n</chat>\nRating:'],
  [
    'a dialogue to classify, with nothing behind it',
    'Classify the sentiment of this conversation.\n\nCustomer: it broke\nAgent: sorry',
  ],
  [
    'a retrieval template',
    'Use the context to answer.\n\nContext: Paris is in France.\nQuestion: Where is Paris?\nAnswer:',
  ],
  ['Input and Output', 'Input: a\nOutput: b\nInput: c\nOutput:'],
  ['Tweet and Sentiment', 'Tweet: "I loved it"\nSentiment: Positive\nTweet: "meh"\nSentiment:'],
  [
    'answers that are code',
    'Question: sort a list\nAnswer: def sort(xs):\n    return sorted(xs)\nQuestion: reverse it\nAnswer:',
  ],
  ['ReAct', 'Question: 4*7?\nThought: use a tool\nAction: calc[4*7]\nObservation: 28\nAnswer: 28\nQuestion:'],
  ['a script of people whom nobody knows', 'ROMEO: But soft!\nJULIET: Ay me!\nROMEO: She speaks.'],
  ['prose that names labels', 'The format is User: text and Assistant: text, as described.'],
  ['an address', 'Extract the name:\n\nDear Kelly,\n\nBest,\nMaya\n\nName:'],
  [
    'a retrieval template with Q and A',
    'Answer the question as truthfully as possible.\n\nContext:\nThe games.\n\nQ: Who won?\nA:',
  ],
  ['multiple choice', 'Q: 2+2?\nA: 3\nB: 4\nC: 5\nD: 6\nAnswer:'],
  ['an invoice', 'Customer: ACME Inc.\nAgent: Bob Smith\nDate: today\nAmount: $50\n\nWrite an invoice.'],
  [
    'a task behind the dialogue',
    'User: my wifi is slow\nAssistant: restart it\nUser: it worked\n\nSummarize the conversation above in one sentence:',
  ],
  ['a question about the dialogue', 'Human: hello\nAI: hi there\n\nIs the above conversation friendly?'],
  ['a story to make of it', 'Turn this conversation into a story.\n\nUser: hi\nAssistant: hello\nUser: bye'],
  [
    'a transcript to work on',
    'The following is a transcript of a phone call. Write down the problem.\n\nCustomer: it broke\nAgent: sorry\nCustomer: fix it',
  ],
  ['several conversations', 'Given the following conversations, classify.\n\nUser: hi\nAssistant: hello'],
  [
    'answers that are calls',
    'Question: mean of b by a?\nAnswer: df.groupby("a").mean()\nQuestion: zeros?\nAnswer:',
  ],
  ['answers that are commands', 'Q: commit\nA: git commit -m "x"\nQ: list\nA:'],
  ['answers that are SQL', 'Q: how many?\nA: select count(*) from users\nQ: names?\nA:'],
  ['an interface', 'interface X {\n  user: string;\n  assistant: string;\n  model: string;\n}'],
  ['an object', 'data = {\n  user: 1,\n  assistant: 2,\n}'],
  ['settings', 'User: root\nPassword: x\nHost: 1.2.3.4\nPort: 22'],
  ['a model card', 'Model: GPT-3\nUser: researchers\nLicense: MIT'],
  ['a podcast', 'Guest: Elon Musk\nHost: Joe Rogan\nEpisode: 1169'],
  ['a bug report', 'Bug report\nUser: bob\nSystem: Windows 10\nError: crash\n\nFix:'],
  ['a cue behind a user turn', 'User: Give me a haiku.\nHaiku:'],
];

const short = { system: 's', user: 'u', assistant: 'a' } as const;

describe('parsePrompt by evidence', () => {
  it.each(conversations.map((entry) => [entry.name, entry] as const))('%s', (_, entry) => {
    const parsed = parsePrompt(entry.text, { whitespace: 'tidy', ...entry.options });
    const turns = parsed.messages.map((message) => {
      const name = 'name' in message ? `[${message.name}]` : '';
      return `${short[message.role as 'user']}${name}:${String(message.content)}`;
    });
    expect(turns).toEqual(entry.turns);
    if (entry.dialect !== undefined) expect(parsed.dialect).toBe(entry.dialect);
    if (entry.ending !== undefined) expect(parsed.ending).toBe(entry.ending);
    if (entry.awaitsAssistant !== undefined) expect(parsed.awaitsAssistant).toBe(entry.awaitsAssistant);
    if (entry.options?.dialect === undefined) {
      expect(detectDialect(entry.text, entry.options)[0]?.dialect).toEqual(parsed.dialect);
    }
  });

  it.each(plain)('%s is no conversation', (_, text) => {
    expect(detectDialect(text)).toEqual([]);
    expect(parsePrompt(text)).toMatchObject({ dialect: null, messages: [{ role: 'user', content: text }] });
  });

  it('gives no message for an empty text', () => {
    expect(parsePrompt('').messages).toEqual([]);
    expect(detectDialect('')).toEqual([]);
  });

  it('warns of more than two speakers', () => {
    const { warnings } = parsePrompt('Alice: hi\nAI: hello\nBob: hey\nAI: yo\nAlice: bye\nBob: bye\nAI:');
    expect(warnings).toMatchObject([{ code: 'many-speakers' }]);
  });

  it.each([
    ['\n', 'human-assistant'],
    ['\r\n', 'human-assistant'],
    ['\r\n\r\n', 'anthropic'],
    ['\r \r', 'anthropic'],
  ])('tells a line end from a blank line: %j', (between, dialect) => {
    const text = ['Human: a', 'Assistant: b', 'Human: c', 'Assistant:'].join(between);
    expect(parsePrompt(text).dialect).toBe(dialect);
  });

  it('ranks its readings', () => {
    const found = detectDialect('\n\nHuman: hi\n\nAssistant:');
    expect(found.map(({ dialect }) => dialect)).toEqual(['anthropic', 'human-assistant']);
    expect(found[0]!.confidence).toBeGreaterThan(found[1]!.confidence);
    expect(found[0]!.evidence.join()).toContain('the user speaks after "Human:"');
  });
});
