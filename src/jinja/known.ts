import { tokenSource } from '../dialect/control-tokens.js';
import type { MarkerDialect } from '../dialect/types.js';
import { type DialectName, dialects } from '../formats/index.generated.js';
import { renderWithDialect } from '../prompt/write.js';
import type { Message } from '../schemas/messages.js';
import { knownTemplates } from './known-templates.js';
import type { Probe } from './probe.js';

/** A hash of a text in which white space does not count, written or as `\n`: copies of a template differ in it. */
export function hashOf(template: string): string {
  let [a, b] = [0x811c9dc5, 0x9747b28c];
  for (const unit of template.replace(/\s+|\\n/g, '')) {
    const code = unit.codePointAt(0)!;
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x5bd1e995);
    b ^= b >>> 15;
  }
  return (a >>> 0).toString(36) + (b >>> 0).toString(36);
}

const plain: Message[] = [
  { role: 'user', content: 'One' },
  { role: 'assistant', content: 'Two' },
  { role: 'user', content: 'Three' },
];
const id = 'abcdef123';
const call = { id, type: 'function', function: { name: 'f', arguments: '{"a": 1}' } } as const;
const tools = [
  {
    type: 'function',
    function: { name: 'f', description: 'F.', parameters: { type: 'object', properties: {} } },
  },
];

/** Does a template, with the tokens that it is given here, write what a dialect writes? */
function isWritten(probe: Probe, dialect: MarkerDialect): boolean {
  const same = (messages: readonly Message[], given?: readonly unknown[]): boolean => {
    const forms = [messages, messages.map(withObjects)].map((form) =>
      probe.render(form, { generation: true, ...(given === undefined ? {} : { tools: given }) }),
    );
    if (forms.every((text) => text === null)) return true;
    const { prompt } = renderWithDialect(messages, dialect, given === undefined ? {} : { tools: given });
    return forms.includes(prompt);
  };
  const called: Message[] = [
    plain[0]!,
    { role: 'assistant', content: '', tool_calls: [call] },
    { role: 'tool', tool_call_id: id, content: 'Two' },
  ];
  return (
    same(plain) &&
    same([{ role: 'system', content: 'Zero' }, ...plain]) &&
    (dialect.calls === null || (same(plain, tools) && same(called, tools)))
  );
}

/** A message with its calls' arguments as objects, as some templates want them. */
function withObjects(message: Message): Message {
  if (message.role !== 'assistant' || message.tool_calls === undefined) return message;
  const parsed = { ...call, function: { name: 'f', arguments: { a: 1 } } };
  return { ...message, tool_calls: [parsed] } as unknown as Message;
}

/**
 * The built-in dialect that writes what a known template writes, with the special tokens that a tokenizer has beside its
 * own; null for all other templates, and where the tokens that begin and end texts are not those of the models.
 */
export function recognised(probe: Probe, specialTokens: readonly string[]): MarkerDialect | null {
  const name: DialectName | undefined = knownTemplates[hashOf(probe.source)];
  if (name === undefined) return null;
  const dialect = dialects[name] as MarkerDialect;
  if (!isWritten(probe, dialect)) return null;
  const covered = new RegExp(`^(?:${dialect.specialTokens.map(tokenSource).join('|')})$`);
  const more = specialTokens.filter((token) => !covered.test(token));
  return more.length === 0 ? dialect : { ...dialect, specialTokens: [...dialect.specialTokens, ...more] };
}
