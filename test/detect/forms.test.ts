import { expect, it } from 'vitest';
import { parsePrompt } from '../../src/index.js';
import { type Case, describeCases } from './cases.js';

const forms: Case[] = [
  {
    name: 'tokens of other formats',
    text: '<|system|>Enter RP mode.<|user|>hi<|model|>hello<|user|>bye<|model|>',
    turns: ['s:Enter RP mode.', 'u:hi', 'a:hello', 'u:bye'],
    ending: 'open',
  },
  {
    name: 'tokens in capitals',
    text: '<|SYSTEM|># StableLM\n- kind<|USER|>hi<|ASSISTANT|>hello<|USER|>bye<|ASSISTANT|>',
    turns: ['s:# StableLM\n- kind', 'u:hi', 'a:hello', 'u:bye'],
  },
  {
    name: 'tokens with a closing mark',
    text: '<|prompter|>hi<|endoftext|><|assistant|>hello<|endoftext|><|prompter|>bye<|endoftext|><|assistant|>',
    turns: ['u:hi', 'a:hello', 'u:bye'],
  },
  {
    name: 'tokens in square brackets',
    text: 'A chat with an assistant named Baize.\n[|Human|]hi\n[|AI|]hello\n[|Human|]bye\n[|AI|]',
    options: { stop: ['[|Human|]'] },
    turns: ['s:A chat with an assistant named Baize.', 'u:hi', 'a:hello', 'u:bye'],
    ending: 'open',
  },
  {
    name: 'prompts of a terminal',
    text: 'A chat.\n\nUser> hi\nBot> hello\nUser> bye\nBot>',
    turns: ['s:A chat.', 'u:hi', 'a:hello', 'u:bye'],
  },
  {
    name: "Bing's headings",
    text: '[system](#additional_instructions)\nYou are Sydney.\n\n[user](#message)\nhi\n\n[assistant](#message)\nhello\n\n[user](#message)\nbye\n\n[assistant](#message)\n',
    options: { stop: ['\n\n[user](#message)'] },
    turns: ['s:You are Sydney.', 'u:hi', 'a:hello', 'u:bye'],
    ending: 'open',
  },
  {
    name: 'a list',
    text: 'So far:\n- User: hi\n- Assistant: hello\n- User: bye\n- Assistant:',
    turns: ['s:So far:', 'u:hi', 'a:hello', 'u:bye'],
  },
  {
    name: 'a list with bold names',
    text: '* **User**: hi\n* **Bot**: hello\n* **User**: bye\n* **Bot**:',
    turns: ['u:hi', 'a:hello', 'u:bye'],
  },
  {
    name: 'ids of a chat program',
    text: '<@U01AB>: hi\n<@U99ZZ>: hello\n<@U01AB>: bye\n<@U99ZZ>:',
    turns: ['u:hi', 'a:hello', 'u:bye'],
  },
  {
    name: 'names in angle brackets with a colon',
    text: '<anna>: hi\n<robo>: hello\n<anna>: bye\n<robo>:',
    turns: ['u:hi', 'a:hello', 'u:bye'],
  },
  {
    name: 'faces in front of names',
    text: '👤 User: hi\n🤖 Bot: hello\n👤 User: bye\n🤖 Bot:',
    turns: ['u:hi', 'a:hello', 'u:bye'],
  },
  {
    name: 'phone numbers',
    text: '[12/03/23, 14:05:11] +49 170 1234567: hi\n[12/03/23, 14:06:10] Bot: hello\n[12/03/23, 14:07:55] +49 170 1234567: bye\n[12/03/23, 14:08:00] Bot:',
    turns: ['u:hi', 'a:hello', 'u:bye'],
  },
  {
    name: 'long names behind stamps',
    text: '12/03/23, 14:05 - Ana María López de la Cruz: hi\n12/03/23, 14:06 - ~ Leo: hello\n12/03/23, 14:07 - Ana María López de la Cruz: bye\n12/03/23, 14:08 - ~ Leo:',
    turns: ['u:hi', 'a:hello', 'u:bye'],
  },
  {
    name: 'one question under headings',
    text: '### Question:\nWhat is silt?\n\n### Answer:\n',
    turns: ['u:What is silt?'],
    ending: 'open',
  },
  {
    name: 'one question under headings without colons',
    text: 'Answer truly.\n\n## Question\nWhat is silt?\n\n## Answer\n',
    turns: ['s:Answer truly.', 'u:What is silt?'],
    ending: 'open',
  },
];

describeCases('forms of labels', forms);

it.each([
  ['times in labels', 'User [12:01]: hi\nBot [12:02]: hello\nUser [12:03]: news?'],
  ['numbered entries', '1. User: hi\n2. Assistant: hello\n3. User: bye\n4. Assistant:'],
  ['quoted lines', '> User: hi\n> Assistant: hello\n> User: bye\n> Assistant:'],
  ['tasks of a list', '- User: login\n- Bot: reply\n- Admin: ban'],
  [
    'chapters of questions',
    '# FAQ\n\n## Question\nWhat?\n\n## Answer\nThat.\n\n## Question\nWhy?\n\n## Answer\nSo.\n',
  ],
  ['a retrieval template', '### Context:\nPeat is old.\n\n### Question:\nHow old?\n\n### Answer:\n'],
  ['talk of tokens', 'What do <|user|> and <|model|> mean?'],
  ['a shell', 'mysql> select 1;\nmysql> quit'],
  ['placeholders', '<name>: the name\n<age>: the age'],
])('are no turns: %s', (_, text) => {
  expect(parsePrompt(text).messages).toEqual([{ role: 'user', content: text }]);
});
