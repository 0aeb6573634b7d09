import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dialects, type MarkerDialect } from '../../src/index.js';
import { unparsePrompt } from '../../src/prompt/edit.js';
import { parseWithDialect } from '../../src/prompt/read.js';
import { renderWithDialect } from '../../src/prompt/write.js';
import type { Message } from '../../src/schemas/messages.js';
import { contentFor, markers, marksOf, messageFor } from '../support/marker-messages.js';
import { runs } from '../support/runs.js';

type Change =
  | { kind: 'edit'; at: number; content: string }
  | { kind: 'remove'; at: number }
  | { kind: 'add'; at: number; message: Message };

function changed(messages: readonly Message[], change: Change): Message[] {
  const n = messages.length;
  if (change.kind === 'add') return messages.toSpliced(change.at % (n + 1), 0, change.message);
  const at = change.at % n;
  if (change.kind === 'remove') return messages.toSpliced(at, 1);
  return messages.with(at, { ...messages[at]!, content: change.content } as Message);
}

/** Beside calls, no words are as good as empty ones. */
const calling = (message: Message): Message =>
  message.role === 'assistant' && message.tool_calls !== undefined && message.content === ''
    ? { ...message, content: null }
    : message;

/** What the messages say: the ids that a text has no place for are numbered anew, and where the system has no turn the user speaks. */
function said(messages: readonly Message[], dialect: MarkerDialect): unknown {
  const systemless = dialect.systemPlacement !== 'turn';
  return JSON.parse(
    JSON.stringify(messages.map(calling), (key, value: unknown) => {
      if (key === 'id' || key === 'tool_call_id') return '';
      return key === 'role' && value === 'system' && systemless ? 'user' : value;
    }),
  );
}

function check(text: string, dialect: MarkerDialect, change: Change): string {
  const parsed = parseWithDialect(text, dialect);
  const n = parsed.messages.length;
  if (n === 0 && change.kind !== 'add') return text;
  const messages = changed(parsed.messages, change);
  const edited = unparsePrompt({ ...parsed, messages });
  const again = parseWithDialect(edited, dialect).messages;
  const last = messages.at(-1)?.content;
  // A blank last message is the place where somebody is to speak.
  const blank = again.length === messages.length - 1 && typeof last === 'string' && last.trim() === '';
  expect(said(again, dialect)).toEqual(said(blank ? messages.slice(0, -1) : messages, dialect));
  if (change.kind === 'edit') {
    const turn = parsed.turns[change.at % n]!;
    expect(edited.startsWith(text.slice(0, turn.start))).toBe(true);
    expect(edited.endsWith(text.slice(turn.end))).toBe(true);
  }
  return edited;
}

describe('an edit is read back', () => {
  const edit = (content: string, at = 0): Change => ({ kind: 'edit', at, content });
  const remove = (at = 0): Change => ({ kind: 'remove', at });
  const add = (role: 'system' | 'user', content: string, at = 0): Change => ({
    kind: 'add',
    at,
    message: { role, content },
  });
  const cases: [keyof typeof dialects, string, Change, string][] = [
    // A mark that stands without its white space takes none of the content's.
    ['mixtral', '</[/INST]', edit('# '), '[INST] #  [/INST]'],
    ['mixtral', '[/INST]', add('user', 'a '), '[INST] a  [/INST]'],
    ['llama-2', '<s>[INST] <<SYS>>\n[/INST]', edit(' '), '<s>[INST] <<SYS>>\n  [/INST]'],
    ['llama-2', '<s>[INST] <<SYS>>\na</s>b', edit('c '), '<s>[INST] <<SYS>>\nc  </s>b'],
    ['chatml-newline', '<|im_start|>user\na<|im_end|>\n', edit('b\n'), '<|im_start|>user\nb\n\n<|im_end|>\n'],
    // A CR in front of a mark is content's.
    [
      'llama-2',
      '<s>[INST] <<SYS>>\na\n<</SYS>>[/INST]<s>[INST] ',
      edit('\r'),
      '<s>[INST] <<SYS>>\n\r\n<</SYS>>[/INST]<s>[INST] ',
    ],
    // What ends as its closing line ends do keeps its own.
    ['vicuna-newline', 'USER: \n\nASSISTANT: </s>\n', remove(1), 'USER: \n\n'],
    ['deepseek-v2', 'User: \n\n\n\nAssistant: a', remove(1), 'User: \n\n\n\n'],
    ['vicuna-newline', '\n', edit('\r\n'), '\r\n'],
    // Words between marks have no frame of their own; they get one where they would run into what comes.
    [
      'openchat',
      'GPT4 Correct System:<|end_of_turn|>a',
      add('system', '', 2),
      'GPT4 Correct System:<|end_of_turn|>GPT4 Correct System: a<|end_of_turn|>GPT4 Correct System: <|end_of_turn|>',
    ],
    // The gap behind an open label is the label's, whoever spoke before it.
    ['llama-2', '# <s>[INST] ', add('user', 'b', 1), '# <s>[INST] b'],
    // A prompt without the BOS token stays without it.
    [
      'llama-3',
      '<|start_header_id|>user<|end_header_id|>\n\na<|eot_id|>',
      add('system', 'b'),
      '<|start_header_id|>system<|end_header_id|>\n\nb<|eot_id|><|start_header_id|>user<|end_header_id|>\n\na<|eot_id|>',
    ],
  ];
  it.each(cases)('%s: %j', (name, text, change, edited) => {
    expect(check(text, dialects[name] as MarkerDialect, change)).toBe(edited);
  });
});

describe('law 1b, with marks, halves of them, reasoning, calls and results', () => {
  for (const dialect of markers) {
    it(dialect.name, () => {
      const content = contentFor(dialect);
      const marks = marksOf(dialect).flatMap((mark) => [mark, mark.trim()]);
      const piece = fc.oneof(
        fc.constantFrom(...marks.filter((mark) => mark !== '')),
        fc.constantFrom('\n', ' ', '\r\n', 'a', '\ufeff'),
        content,
      );
      const loose = fc.array(piece, { maxLength: 7 }).map((parts) => parts.join(''));
      const written = fc
        .tuple(fc.array(messageFor(dialect), { maxLength: 4 }), fc.boolean(), fc.boolean(), fc.boolean())
        .map(
          ([messages, generationPrompt, continueFinal, bos]) =>
            renderWithDialect(messages, dialect, {
              fidelity: 'reversible',
              generationPrompt,
              continueFinal,
              bos,
            }).prompt,
        );
      const words = fc.record({
        role: fc.constantFrom('system' as const, 'user' as const, 'assistant' as const),
        content,
      });
      const change: fc.Arbitrary<Change> = fc.oneof(
        fc.record({ kind: fc.constant('edit' as const), at: fc.nat(9), content }),
        fc.record({ kind: fc.constant('remove' as const), at: fc.nat(9) }),
        fc.record({ kind: fc.constant('add' as const), at: fc.nat(9), message: words }),
      );
      fc.assert(
        fc.property(fc.oneof(loose, written), change, (text, one) => {
          check(text, dialect, one);
        }),
        runs(60),
      );
    });
  }
});
