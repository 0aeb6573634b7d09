import { tokenSource } from '../dialect/control-tokens.js';
import type { MarkerDialect } from '../dialect/types.js';
import { type DialectName, dialects } from '../formats/index.generated.js';
import { renderWithDialect } from '../prompt/write.js';
import { knownTemplates } from './known-templates.js';
import { messagesOf, type Probe, type ProbeMessage, system, turns } from './probe.js';
import { calling, question, resultOf, sentinelCall, toolOf } from './shape.js';

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

/** Does a template, with the tokens that it is given here, write what a dialect writes? */
function isWritten(probe: Probe, dialect: MarkerDialect): boolean {
  /** `forms`: one conversation in the forms that templates take; the last has arguments as text. */
  const same = (forms: readonly (readonly ProbeMessage[])[], tools: readonly unknown[] = []): boolean => {
    const given = tools.length === 0 ? {} : { tools };
    const texts = forms.map((form) => probe.render(form, { generation: true, ...given }));
    if (texts.every((text) => text === null)) return true;
    return texts.includes(renderWithDialect(messagesOf(forms.at(-1)!), dialect, given).prompt);
  };
  const plain = turns(3);
  if (!same([plain]) || !same([[system, ...plain]])) return false;
  if (dialect.calls === null) return true;
  const called = (['object', 'text'] as const).map((args) => [
    question,
    calling({ silent: '', args, listed: true }, [sentinelCall]),
    resultOf(sentinelCall, 'qzresultqz'),
  ]);
  const tools = [toolOf(sentinelCall.name)];
  return same([plain], tools) && same(called, tools);
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
