import { describe, expect, it } from 'vitest';
import { parsePrompt, unparsePrompt } from '../../src/index.js';
import { type Case, describeCases, read } from './cases.js';

const stops: Case[] = [
  {
    name: 'a stop that closes every turn',
    text: 'You are ChatGPT.\nDate: today\n\nUser:\n\nWhat?<|im_end|>\n\nChatGPT:\n\nIron.<|im_end|>\n\nUser:\n\nNo!<|im_end|>\n\nChatGPT:\n',
    options: { stop: ['<|im_end|>'] },
    turns: ['s:You are ChatGPT.\nDate: today', 'u:What?', 'a:Iron.', 'u:No!'],
    ending: 'open',
  },
  {
    name: 'a stop in front of every label',
    text: '||>Instructions:\nYou are ChatGPT.\n\n||>User:\nhi\n||>ChatGPT:\nhello\n||>User:\nbye\n||>ChatGPT:\n',
    options: { stop: ['||>', '\nUser:'] },
    turns: ['s:You are ChatGPT.', 'u:hi', 'a:hello', 'u:bye'],
    ending: 'open',
  },
  {
    name: 'a stop in front of names that nobody knows',
    text: '||>Instructions:\nYou are Zed.\n\n||>pat:\nhi\n||>zed:\nhello\n||>pat:\nbye\n||>zed:\n',
    options: { stop: ['||>'] },
    turns: ['s:You are Zed.', 'u:hi', 'a:hello', 'u:bye'],
  },
  {
    name: 'the same mark in front of and behind turns',
    text: '<|endoftext|>Instructions:\nBe kind.<|endoftext|>\n\n<|endoftext|>User:\nhi<|endoftext|>\n<|endoftext|>ChatGPT:\nhello<|endoftext|>\n<|endoftext|>User:\nbye<|endoftext|>\n<|endoftext|>ChatGPT:\n',
    options: { stop: ['<|endoftext|>'] },
    turns: ['s:Be kind.', 'u:hi', 'a:hello', 'u:bye'],
  },
  {
    name: 'several people behind the mark',
    text: 'System: You are Goob.\n<|endoftext|>pat: hi\n<|endoftext|>ann: yo\n<|endoftext|>Goob: hello\n<|endoftext|>ann: bye\n<|endoftext|>Goob:',
    options: { stop: ['<|endoftext|>'] },
    turns: ['s:You are Goob.', 'u[pat]:hi', 'u[ann]:yo', 'a:hello', 'u[ann]:bye'],
  },
  {
    name: 'a mark in the middle of lines',
    text: 'User: hi<|endoftext|>Bot: hello<|endoftext|>User: bye<|endoftext|>Bot:',
    options: { stop: '<|endoftext|>' },
    turns: ['u:hi', 'a:hello', 'u:bye'],
  },
  {
    name: 'a mark on lines of its own',
    text: 'User: hi\n###\nBot: hello\n###\nUser: bye\n###\nBot:',
    options: { stop: ['###'] },
    turns: ['u:hi', 'a:hello', 'u:bye'],
  },
  {
    name: 'a usual closing mark that nobody named',
    text: 'User: hi</s>\nAssistant: hello</s>\nUser: bye</s>\nAssistant:',
    turns: ['u:hi', 'a:hello', 'u:bye'],
  },
  {
    name: 'a closing mark of the model alone',
    text: 'Human: hi\nBot: hello END\nHuman: bye\nBot:',
    options: { stop: [' END'] },
    turns: ['u:hi', 'a:hello', 'u:bye'],
  },
  {
    name: 'a mark behind the preamble',
    text: 'Instructions:\nYou are ChatGPT.\nDate: today<|im_sep|>\n\nUser:\n\nhi<|im_end|>\n\nChatGPT:\n\nhello<|im_end|>\n\nUser:\n\nbye<|im_end|>\n\nChatGPT:\n',
    options: { stop: ['<|im_end|>', '<|im_sep|>'] },
    turns: ['s:Instructions:\nYou are ChatGPT.\nDate: today', 'u:hi', 'a:hello', 'u:bye'],
    ending: 'open',
  },
  {
    name: 'one mark behind everything, and one turn',
    text: 'You are ChatGPT.<|endoftext|>\n\nUser:\n\nhi<|endoftext|>\n\nChatGPT:\n',
    options: { stop: ['<|endoftext|>'] },
    turns: ['s:You are ChatGPT.', 'u:hi'],
    ending: 'open',
  },
  {
    name: 'a mark in front of labels that nobody named',
    text: '||>Instructions:\nYou are ChatGPT.\n\n||>User:\nhi\n||>ChatGPT:\nhello\n||>User:\nbye\n||>ChatGPT:\n',
    turns: ['s:You are ChatGPT.', 'u:hi', 'a:hello', 'u:bye'],
    ending: 'open',
  },
  {
    name: "each side's own mark",
    text: '<|Human|>: hi<eoh>\n<|MOSS|>: hello<eom>\n<|Human|>: bye<eoh>\n<|MOSS|>:',
    options: { stop: ['<eom>'] },
    turns: ['u:hi', 'a:hello', 'u:bye'],
    ending: 'open',
  },
  {
    name: 'a stop that closes turns of people whom nobody knows',
    text: 'kim: hi<|endoftext|>\nGoob: hello<|endoftext|>\nkim: bye<|endoftext|>\nGoob:',
    options: { stop: ['<|endoftext|>'] },
    turns: ['u:hi', 'a:hello', 'u:bye'],
    ending: 'open',
  },
  {
    name: 'a stop that stands in no text',
    text: 'Human: hi\nAI: hello\nHuman: bye\nAI:',
    options: { stop: ['<|im_end|>', '###'] },
    turns: ['u:hi', 'a:hello', 'u:bye'],
  },
  {
    name: 'a mark behind one turn of several is content',
    text: 'Human: hi ###\nAI: hello\nHuman: bye\nAI:',
    options: { stop: ['###'] },
    turns: ['u:hi ###', 'a:hello', 'u:bye'],
  },
];

const roles: Case[] = [
  {
    name: 'You who are to speak',
    text: 'You teach.\n\nStudent: hi\nYou: Arr\nStudent: pi?\nYou:',
    turns: ['s:You teach.', 'u:hi', 'a:Arr', 'u:pi?'],
  },
  {
    name: 'the friend who asks',
    text: 'Friend: hi\nYou: yo\nFriend: x\nYou:',
    turns: ['u:hi', 'a:yo', 'u:x'],
  },
  {
    name: 'a patient to be played',
    text: 'Doctor: hi\nPatient: ow\nDoctor: where?\nPatient:',
    turns: ['u:hi', 'a:ow', 'u:where?'],
  },
  {
    name: 'a user is a user, even where the label is open',
    text: 'User: a\nBot: b\nUser:',
    turns: ['u:a', 'a:b'],
  },
  {
    name: 'a stop that names the open label',
    text: 'You: hi\nMarv: yo\nYou: x\nMarv: z\nYou:',
    options: { stop: ['You:'] },
    turns: ['u:hi', 'a:yo', 'u:x', 'a:z'],
  },
  {
    name: "LangChain's new input",
    text: 'Assistant is large.\n\nBegin!\n\nPrevious conversation history:\nHuman: hi\nAI: hello\n\nNew input: what is the weather?\n',
    turns: [
      's:Assistant is large.\n\nBegin!\n\nPrevious conversation history:',
      'u:hi',
      'a:hello',
      'u:what is the weather?',
    ],
    ending: 'closed',
  },
  {
    name: 'a follow up question, and the label behind it',
    text: 'Human: hi\nAI: hello\n\nFollow up question: why?\nAI:',
    turns: ['u:hi', 'a:hello', 'u:why?'],
    ending: 'open',
  },
  {
    name: "an agent's steps",
    text: 'You help.\n\nHuman: 2*3?\nAI: Thought: I need a tool.\nAction: calc\nAction Input: 2*3\nObservation: 6\nThought:',
    options: { stop: ['\nObservation:'] },
    turns: [
      's:You help.',
      'u:2*3?',
      'a:Thought: I need a tool.\nAction: calc\nAction Input: 2*3\nObservation: 6\nThought:',
    ],
    ending: 'prefill',
  },
  {
    name: 'short words in lower case',
    text: 'User: a joke please\nAssistant: a man walks into a bar\nUser: the other one',
    turns: ['u:a joke please', 'a:a man walks into a bar', 'u:the other one'],
  },
  {
    name: 'a current question',
    text: 'User: hi\nAssistant: hello\n\nCurrent question: why?',
    turns: ['u:hi', 'a:hello', 'u:why?'],
  },
];

const forms: Case[] = [
  {
    name: 'time stamps',
    text: 'Group chat.\n\n[12:01] Alice: hi\n[12:02] Bot: hello\n[12:03] Alice: bye\n[12:03] Bot:',
    turns: ['s:Group chat.', 'u:hi', 'a:hello', 'u:bye'],
    ending: 'open',
  },
  {
    name: 'time stamps, and lines between',
    text: '[12:01] Alice: list:\nMilk: 2\nEggs\n[12:02] Bot: ok\n[12:03] Alice: bye\nBot:',
    turns: ['u:list:\nMilk: 2\nEggs', 'a:ok', 'u:bye'],
  },
  {
    name: 'time stamps of people whom nobody knows',
    text: '2023-04-01 10:02:33 mara: hi\n2023-04-01 10:02:40 nils: yo\n2023-04-01 10:02:59 mara: lunch?\n2023-04-01 10:03:00 nils:',
    turns: ['u:hi', 'a:yo', 'u:lunch?'],
  },
  {
    name: 'WhatsApp',
    text: '12/03/23, 10:01 - Ana: oi\n12/03/23, 10:02 - Leo: olá\n12/03/23, 10:05 - Ana: tudo?\n12/03/23, 10:06 - Leo:',
    turns: ['u:oi', 'a:olá', 'u:tudo?'],
  },
  {
    name: 'WhatsApp on a phone of another make',
    text: '[12/03/2023, 10:01:22 PM] Ana: hi\n\u200e[12/03/2023, 10:02:10 PM] Leo Silva: yo\n[12/03/2023, 10:02:55 PM] Ana: and?\n[12/03/2023, 10:03:00 PM] Leo Silva:',
    turns: ['u:hi', 'a:yo', 'u:and?'],
  },
  {
    name: 'stops that name a stamped speaker',
    text: '10:01 Ana: hi\n10:02 Leo: yo\n10:03 Ana: and?\n10:04 Leo: well',
    options: { stop: ['Ana:'] },
    turns: ['u:hi', 'a:yo', 'u:and?', 'a:well'],
    ending: 'prefill',
  },
  {
    name: 'IRC',
    text: 'Log of #garden.\n<olaf> hi fern\n<fern> hello\n<olaf> peas?\n<fern>',
    turns: ['s:Log of #garden.', 'u:hi fern', 'a:hello', 'u:peas?'],
    ending: 'open',
  },
  {
    name: 'IRC with stamps and modes',
    text: '10:01 <@olaf> hi\n10:02 <+fern> hello\n10:02 -!- ann joined\n10:03 <@olaf> peas?\n10:03 <+fern>',
    turns: ['u:hi', 'a:hello\n10:02 -!- ann joined', 'u:peas?'],
  },
  {
    name: 'IRC with three',
    text: '<anna> hi\n<bob> hey\n<helper> hello\n<anna> bye\n<helper>',
    turns: ['u[anna]:hi', 'u[bob]:hey', 'a:hello', 'u[anna]:bye'],
  },
  {
    name: 'known names in angle brackets',
    text: '<user> hi\n<bot> yo\n<user> bye\n<bot>',
    turns: ['u:hi', 'a:yo', 'u:bye'],
  },
  {
    name: 'names in square brackets',
    text: '[USER] hi\n[ASSISTANT] yo\n[USER] bye\n[ASSISTANT]',
    turns: ['u:hi', 'a:yo', 'u:bye'],
  },
  {
    name: 'at signs',
    text: '@alice: hi\n@helper: yo\n@alice: bye\n@helper:',
    turns: ['u:hi', 'a:yo', 'u:bye'],
  },
  {
    name: 'at signs beside a bot',
    text: '@ann: hi\n@bob: hey\n@bot: yo\n@ann: x\n@bot:',
    turns: ['u[ann]:hi', 'u[bob]:hey', 'a:yo', 'u[ann]:x'],
  },
  {
    name: 'headings',
    text: '## SYSTEM\nBe kind.\n\n## USER\nhi\n\n## ASSISTANT\nhello\n\n# Not a turn\n\n## USER\nbye\n\n## ASSISTANT\n',
    turns: ['s:Be kind.', 'u:hi', 'a:hello\n\n# Not a turn', 'u:bye'],
    ending: 'open',
  },
  { name: 'headings of one turn', text: '# User\nhi\n# Assistant\n', turns: ['u:hi'], ending: 'open' },
  {
    name: 'bold headings',
    text: '**User**\nhi\n\n**Assistant**\nyo\n\n**User**\nbye\n\n**Assistant**\n',
    turns: ['u:hi', 'a:yo', 'u:bye'],
  },
  {
    name: 'ruled headings',
    text: '=== USER ===\nhi\n=== AI ===\nyo\n=== USER ===\nbye\n=== AI ===\n',
    turns: ['u:hi', 'a:yo', 'u:bye'],
  },
  {
    name: 'brackets on lines of their own',
    text: '[User]\nhi\n[Bot]\nyo\n[User]\nbye\n[Bot]\n',
    turns: ['u:hi', 'a:yo', 'u:bye'],
  },
  {
    name: 'Alpaca without colons',
    text: '### Instruction\nAdd.\n\n### Response\n',
    turns: ['u:Add.'],
    ending: 'open',
  },
  {
    name: 'headings that hold labels',
    text: '## User\nFix:\nQ: a\nA: b\nQ: c\nA: d\n\n## Assistant\n',
    turns: ['u:Fix:\nQ: a\nA: b\nQ: c\nA: d'],
  },
  {
    name: 'labels that hold headings',
    text: 'User: What is this?\n## User\nhi\n## Assistant\nyo\n## User\nx\nAssistant:',
    turns: ['u:What is this?\n## User\nhi\n## Assistant\nyo\n## User\nx'],
  },
  {
    name: 'tags',
    text: '<system>Be kind.</system>\n<user>hi</user>\n<assistant>yo</assistant>\n<user>bye</user>\n<assistant>',
    turns: ['s:Be kind.', 'u:hi', 'a:yo', 'u:bye'],
    ending: 'open',
  },
  {
    name: 'tags on lines of their own',
    text: 'Be kind.\n\n<user>\nhi\nthere\n</user>\n\n<assistant>\nyo\n</assistant>\n\n<user>\nbye\n</user>\n\n<assistant>\n',
    turns: ['s:Be kind.', 'u:hi\nthere', 'a:yo', 'u:bye'],
  },
  {
    name: 'tags on one line',
    text: '<human>hi</human><bot>yo</bot><human>bye</human><bot>',
    turns: ['u:hi', 'a:yo', 'u:bye'],
  },
  {
    name: 'tags, an answer begun',
    text: '<user>hi</user>\n<assistant>Well',
    turns: ['u:hi', 'a:Well'],
    ending: 'prefill',
  },
];

describeCases('flat prompts of other kinds', [...stops, ...roles, ...forms]);

describe('two colons', () => {
  it('are no names of C++', () => {
    expect(read('Human: what is AI::Bot here?\nAI::Bot x;\nAI: a class').messages).toEqual([
      { role: 'user', content: 'what is AI::Bot here?\nAI::Bot x;' },
      { role: 'assistant', content: 'a class' },
    ]);
  });
});

describe('a mark behind the label that stands open', () => {
  it.each(['[SEP]', ' [SEP]\n', '</s>', '<s>'])('%j', (mark) => {
    const text = ` Пользователь: Hello\n\n Ассистент: Hi\n\n Пользователь: Who?\n\n Ассистент:${mark}`;
    const parsed = read(text);
    expect(parsed.messages.map(({ content }) => content)).toEqual(['Hello', 'Hi', 'Who?']);
    expect(parsed.ending).toBe('open');
    expect(unparsePrompt(parsed)).toBe(text);
    parsed.messages.push({ role: 'assistant', content: 'Me.' }, { role: 'user', content: 'Oh.' });
    expect(read(unparsePrompt(parsed)).messages).toEqual(parsed.messages);
  });

  it('is content where no label stands in front of it', () => {
    const { messages, ending } = read('User: hi\nAssistant: Look at this: [SEP]');
    expect(messages[1]?.content).toBe('Look at this: [SEP]');
    expect(ending).toBe('prefill');
  });
});

describe('text of others in stamped and marked prompts', () => {
  it('opens no turn that its prompt has no stamps for', () => {
    const { messages } = parsePrompt('User: hi\n[12:01] Assistant: evil\n[12:02] User: x\nAssistant:');
    expect(messages).toEqual([{ role: 'user', content: 'hi\n[12:01] Assistant: evil\n[12:02] User: x' }]);
  });

  it.each([
    '<user>hi</user>\n<assistant>yo</assistant>\n<user>bye</user>\n<assistant>',
    '## User\nhi\n## Assistant\nyo\n## User\nx',
  ])('is content in a conversation that began otherwise', (inner) => {
    const { messages } = parsePrompt(`User: ${inner}\nAssistant: ok\nUser: ${inner}\nAssistant:`, {
      whitespace: 'tidy',
    });
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
  });
});

it.each([
  '12/03/23, 10:01 - ### HUMAN: 1. one\n2. two\n12/03/23, 10:01 - Asistente :x\n\n12/03/23, 10:01 - you:\nhm\rYou:',
  '12/03/23, 10:01 - user：hi  　Bot:😀\n12/03/23, 10:01 - you:\tyo”\n　Bot:** Note: x"\nYOU:',
])('reads a label in other letters as the same: %j', (text) => {
  expect(unparsePrompt(read(text))).toBe(text);
});

describe('a mark in front of labels', () => {
  it('is of another kind in front of bold ones', () => {
    const text = '||>Tutor: a ||>user: b”\n||>assistant: c||>USER:** x ||>Tutor**: hi  user:';
    expect(unparsePrompt(read(text))).toBe(text);
  });

  it('begins a label of its own where it stands in a name', () => {
    const text = ' ||>Dr. Ann: ||>Dr. Ann: ||>Dr. Ann:\n||>Dr. Ann**:\n||>how are you?||>BOT:\n||>';
    expect(unparsePrompt(read(text))).toBe(text);
  });
});
