import { describe, expect, it } from 'vitest';
import { detectDialect, parsePrompt } from '../../src/index.js';

/** Texts that look like turns here or there, and hold no conversation to go on with. */
const texts: [kind: string, text: string, stop?: string[]][] = [
  // Logs.
  [
    'a log with levels',
    '2023-04-01 10:02:33 INFO: started\n2023-04-01 10:02:34 WARN: slow\n2023-04-01 10:02:35 ERROR: down',
  ],
  ['a log with levels that ends in one', '[12:01:33] INFO: start\n[12:01:34] ERROR: fail\n[12:01:35] INFO:'],
  [
    'a log of services',
    '10:00:01 sshd: session opened\n10:00:02 kernel: usb 1-1\n10:00:03 sshd: session closed',
  ],
  [
    'a log of a system and its users',
    '[10:00] User: root logged in\n[10:01] System: reboot\n[10:02] User: root logged out',
  ],
  ['a log of syslog', 'Apr  1 10:02:33 host sshd[122]: Accepted key\nApr  1 10:02:34 host cron[9]: job'],
  ['a log in brackets', '[INFO] start\n[WARN] slow\n[ERROR] down\n[INFO] stop'],
  [
    'an access log',
    '127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200\n127.0.0.1 - - [10/Oct/2000:13:55:37 -0700] "GET /a HTTP/1.0" 404',
  ],
  [
    'a chat log to be summed up',
    'Summarize this chat.\n\n[12:01] Alice: hi\n[12:02] Bob: yo\n[12:03] Alice: lunch?',
  ],
  [
    'a chat export alone',
    '12/03/23, 10:01 - Ana: oi\n12/03/23, 10:02 - Leo: olá\n12/03/23, 10:05 - Ana: tudo?',
  ],
  ['an IRC log alone', '<olaf> hi\n<fern> hello\n<olaf> peas?'],
  ['an IRC log to be summed up', 'Summarize the log.\n\n<olaf> hi\n<fern> hello\n<olaf> peas?\n\nSummary:'],
  // Data.
  ['YAML', 'user: root\nassistant: none\nports:\n  - 80\n  - 443\nsystem: linux'],
  ['YAML with lists', 'services:\n  bot:\n    image: x\n  user:\n    image: y\n'],
  ['an ini file', '[user]\nname = Bob\nemail = bob@x.y\n\n[core]\neditor = vim\n'],
  ['an ini file of roles', '[user]\nname = a\n\n[system]\nname = b\n\n[agent]\nname = c\n'],
  ['CSV', 'time,user,text\n12:01,alice,"hi: there"\n12:02,bob,hello'],
  ['CSV with stamps', '12:01;alice;hi\n12:02;bob;hello\n12:03;alice;x'],
  ['XML', '<?xml version="1.0"?>\n<users>\n  <user>Ann</user>\n  <user>Ben</user>\n</users>'],
  ['XML of one user', '<user>Bob</user>'],
  ['a profile in tags', 'Here is the profile:\n<user>Bob, 33</user>\nWrite a greeting.'],
  [
    'an example in tags',
    '<example>\n<user>hi</user>\n<assistant>yo</assistant>\n</example>\nNow write another example.',
  ],
  ['documents in tags', '<document>a</document>\n<document>b</document>\n<question>why?</question>'],
  ['HTML', '<p>Hi</p>\n<b>User</b>: x\n<div>Bot</div>'],
  ['HTML lines', '<p> one\n<li> two\n<p> three\n<li>'],
  ['JSON', '{"role": "user", "content": "hi"}\n{"role": "assistant", "content": "yo"}'],
  ['TOML', '[bot]\nname = "x"\n[user]\nname = "y"'],
  ['HTTP', 'GET / HTTP/1.1\nHost: x.y\nUser-Agent: curl\nAccept: */*'],
  ['a git log', 'commit abc\nAuthor: Ann <ann@x.y>\nDate:   Mon Apr 1 10:02:33 2023\n\n    Fix'],
  ['a diff', '@@ -1,2 +1,2 @@\n-User: a\n+User: b'],
  ['a timetable', '10:00 Opening: Dr. Lee\n10:30 Talk: Ann\n11:00 Break: coffee\n11:15 Talk: Ben'],
  ['subtitles', '1\n00:00:01,000 --> 00:00:02,000\nHello.\n\n2\n00:00:03,000 --> 00:00:04,000\nBye.'],
  ['a calendar', '2023-04-01 Dentist: 10:00\n2023-04-02 Gym: 18:00\n2023-04-03 Dentist: 9:00'],
  ['YAML at two depths', 'services:\n  web:\n    user: root\n  bot:\n    image: y\n    user: bot'],
  ['settings by role', 'User: Ann\nAssistant: Zed\nAdmin: Kim'],
  ['rights by role', 'user: read\nassistant: write\nadmin: all'],
  ['a cast', 'Cast\nUser: Ann Lee\nBot: Ben Day\nDirector: Kim Low'],
  [
    'accounts',
    'root:x:0:0:root:/root:/bin/bash\nuser:x:1000:1000::/home/u:/bin/sh\nbot:x:1:1::/home/b:/bin/sh',
  ],
  [
    'a glossary',
    'Glossary\n\nUser: a person who uses a system.\nAssistant: one who helps.\nBot: a program that acts.',
  ],
  ['a glossary of two', 'User: a person who uses a system.\nSystem: a set of parts.'],
  // Prose.
  [
    'a recipe',
    'Pancakes\n\nIngredients:\n- 2 eggs\n- milk: 1 cup\n\nDirections:\nMix. Chef: taste it.\n\nServes: 4',
  ],
  ['a poem', 'The user sleeps:\n  the model dreams,\nAnd nothing: nothing\n  is as it seems.'],
  [
    'a screenplay',
    'INT. KITCHEN - DAY\n\nANNA: Where is it?\n\nBEN: What?\n\nANNA: The key.\n\n(She looks.)',
  ],
  ['a screenplay with names over the words', 'ANNA\nWhere is it?\n\nBEN\nWhat?\n\nANNA\nThe key.'],
  ['an interview', 'INTERVIEWER: Why?\nSMITH: Because.\nINTERVIEWER: And?\nSMITH: That is all.'],
  ['lyrics', '[Verse 1]\nOh user\n[Chorus]\nOh bot\n[Verse 2]\nOh user'],
  ['an email', 'From: Ann <ann@x.y>\nTo: Ben <ben@x.y>\nSubject: Lunch\n\nHi Ben,\nshall we?\n\nAnn'],
  [
    'a thread of emails',
    'On Mon, Apr 1, 2023 at 10:02 AM Ann wrote:\n> On Sun Ben wrote:\n>> hi\n> yo\n\nSee you.',
  ],
  ['a FAQ', '# FAQ\n\n## Who is the user?\nAnyone.\n\n## What is the assistant?\nA program.'],
  ['a FAQ of one question', 'Question: What is it?\nAnswer: A tool.\n'],
  [
    'a document with chapters by role',
    '# Roles\n\n## User\nMay read.\n\n## Assistant\nMay write.\n\n## Admin\nMay all.',
  ],
  [
    'a document that explains two roles',
    '## User\nThe person who asks.\n\n## Assistant\nThe program that answers.',
  ],
  ['a README', '# bot\n\n## Install\nnpm i\n\n## User\nSee docs.\n\n## License\nMIT'],
  ['bold chapters', '**Student**\nReads.\n\n**Teacher**\nWrites.\n'],
  ['mentions', 'Thanks @alice: this works. cc @bob'],
  ['mentions in a list', '@alice: docs\n@bob: tests\n@carol: release'],
  ['rules', '---\ntitle: Hi\nuser: x\n---\nText'],
  // Code.
  ['doc comments', '@param a: the one\n@return: the other\n@throws: never'],
  ['CSS', '@media print {\n  a: b;\n}\n@font-face: x'],
  ['decorators', '@app.route("/")\ndef index():\n    return {"user": 1}'],
  ['Python types', 'def f(user: str, bot: str) -> None:\n    user: str = bot\n'],
  ['labels of loops', 'user:\n  for (;;) {\n    continue user;\n  }\nbot:\n  while (1) {}'],
  [
    'typed variables',
    'def f(user: str, assistant: str):\n    user: str = "x"\n    assistant: str = "y"\n    return user',
  ],
  ['a string of code', 'prompt = f"""\nUser: {x}\nAssistant:"""\nWhat does it do?'],
  ['C', 'switch (x) {\ncase USER: go();\ncase BOT: stop();\ndefault:\n}'],
  ['generics', '<T> void f(T t)\n<User> list()\n<Bot> list()'],
  ['a shell', '[user@host ~]$ ls\na b\n[user@host ~]$ pwd\n/home'],
  ['commented headings', '# user\nx = 1\n# bot\ny = 2\n'],
  // Few-shot tasks.
  [
    'a dialogue in front of a cue of two words',
    'Update the summary.\n\nHistory:\nHuman: hi\nAI: hello Ben\n\nLast line:\nHuman: hi, I am Ben\nUpdated summary:',
  ],
  [
    'a question about somebody in a dialogue',
    "Agent: How can I help?\nCustomer: It broke.\nAgent: I see.\nCustomer: Fix it.\n\nWhat is the customer's problem?",
  ],
  ['a task about somebody', 'User: Ann, 33, likes tea\n\nWrite a greeting for the user.'],
  [
    'questions with their answers, and a task',
    'Q: When are you open?\nA: From 9 to 5.\n\nQ: Where?\nA: In Elm Street.\n\nWrite an answer to this mail: open at 6?',
  ],
  [
    'a list of questions and answers',
    'Write more like these.\n\nQ: When are you open?\nA: From 9 to 5.\n\nQ: Where?\nA: In Elm Street.\n',
  ],
  [
    'sums that are worked out between question and answer',
    'Question: What is 3 * 6?\n```text\n3 * 6\n```\n```output\n18\n```\nAnswer: 18\n\nQuestion: what is 2 ** 8?',
    ['```output'],
  ],
  [
    'answers of two words',
    'QUESTION: Which law?\nContent: English law.\nSource: 28\nFINAL ANSWER: English.\nSOURCES: 28\n\nQUESTION: peat?\nContent: old.\nSource: 1\nFINAL ANSWER:',
  ],
  ['a stop that names a word', 'Word: fen\nDefinition: wet land\n\nWord: moor\nDefinition:', ['Word:']],
  ['countries', 'Country: France\nCapital: Paris\nCountry: Spain\nCapital:'],
  ['translations', 'English: hello\nFrench: bonjour\nEnglish: bye\nFrench:'],
  ['tweets in brackets', '[Tweet] great\n[Sentiment] good\n[Tweet] bad\n[Sentiment]'],
  [
    'a follow-up question to be rephrased',
    'Given the following conversation and a follow up question, rephrase the follow up question.\n\nChat History:\nHuman: hi\nAssistant: yo\nFollow Up Input: why?\nStandalone question:',
  ],
  ['headings of a task', '### Task\nAdd.\n\n### Input\n1 2\n\n### Output\n'],
  ['a stop that stands in a list', 'a ### b ### c ### d', ['###']],
  ['a stop in front of fields', '###Name: Ann\n###Age: 3\n###Task: run', ['###']],
  ['fine-tuning data', 'Item is a handbag. Colour is army green.->', ['->']],
  ['a stop of one unit', '[a] x: y\n[b] z: w', ['\n[']],
];

describe('texts that are no conversation', () => {
  it.each(texts)('%s', (_, text, stop) => {
    for (const source of [text, `${text}\n`, text.replaceAll('\n', '\r\n'), `Look at this:\n\n${text}`]) {
      expect(detectDialect(source, { stop })).toEqual([]);
      expect(parsePrompt(source, { stop }).messages).toEqual([{ role: 'user', content: source }]);
    }
  });
});
