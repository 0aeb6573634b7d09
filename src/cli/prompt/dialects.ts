import type { Dialect } from '../../dialect/types.js';
import { dialects } from '../../formats/index.generated.js';
import { renderPrompt } from '../../prompt/index.js';
import { didYouMean } from '../../text/nearest.js';
import { UsageError } from '../io.js';
import { hanging, table, wrapped } from '../text.js';

/** What a person wants to know of a dialect, read off its declaration. */
export interface DialectFacts {
  name: string;
  /** Which models speak it; '' for dialects of labels that no model was trained on. */
  models: string;
  /** What stands around a turn of the user; for labels, those of the user and of the assistant. */
  turn: readonly string[];
  system: string;
  /** How calls of functions are written; '' where the models have no form of their own. */
  calls: string;
  /** What opens the reasoning; '' where there is none. */
  reasoning: string;
  stop: readonly string[];
}

const systems = {
  turn: 'own turn',
  label: 'own turn',
  preamble: 'in front',
  none: 'folded',
  gathered: 'folded',
} as const;

/** The facts of one dialect. */
export function factsOf(dialect: Dialect): DialectFacts {
  const { name, stop, systemPlacement } = dialect;
  const system = systems[systemPlacement];
  if (dialect.kind === 'labels') {
    const { labels, colon } = dialect;
    const turn = [labels.user[0], labels.assistant[0]].map((label) => `${label}${colon}`);
    return { name, models: '', turn, system, calls: '', reasoning: '', stop };
  }
  const { models, roles, calls, reasoning } = dialect;
  return {
    name,
    models,
    turn: [roles.user.open, roles.user.close].filter((mark) => mark.trim() !== ''),
    system,
    calls: calls === null ? '' : (calls.signs[0] ?? calls.name),
    reasoning: reasoning?.open ?? '',
    stop,
  };
}

const shown = (text: string): string => text.replaceAll('\n', '↵');

const sample = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Hi!' },
  { role: 'assistant', content: 'Hello.' },
  { role: 'user', content: 'Bye!' },
] as const;

const inWords = {
  'own turn': 'a turn of its own',
  'in front': 'text before the first turn',
  folded: "no such role: its text goes into the user's first turn",
} as const;

function explain(dialect: Dialect, columns: number | undefined): string {
  const { name, models, system, calls, reasoning, stop } = factsOf(dialect);
  const facts = [
    ['models', models || 'none was trained on it: any model that completes text goes on with it'],
    ['system', inWords[system as keyof typeof inWords]],
    ['calls', calls === '' ? 'no form of its own: a general one, <tool_call>, is used' : shown(calls)],
    ['reasoning', reasoning === '' ? 'none' : `begins with ${shown(reasoning)}`],
    ['stops at', stop.map((text) => JSON.stringify(text)).join(' ')],
  ];
  const { prompt } = renderPrompt(sample, { dialect, fidelity: 'reversible' });
  const lines = facts
    .map(([what, text]) => `${hanging(`  ${what!.padEnd(10)} ${text}`, columns, 13)}\n`)
    .join('');
  return `${name}\n${lines}\nFour messages in it, up to where the model is to reply:\n\n${prompt}\n`;
}

/** The marks around a turn, or the labels of both speakers. */
const shownTurn = ({ turn }: DialectFacts): string => turn.map(shown).join(' … ');

/** A line for each dialect; on a terminal, which is narrow, the models and the marks stand below each other. */
function listText(facts: readonly DialectFacts[], columns: number | undefined): string {
  const head = 'A dialect is one way of marking who speaks. ↵ is a line end.\n\n';
  const foot = '\n"rolecall dialects NAME" explains one, with an example.\n';
  if (columns === undefined) {
    const rows = facts.map((one) => [one.name, shownTurn(one), one.models]);
    return `${head}${table(['name', "a user's turn, or both labels", 'models'], rows)}${foot}`;
  }
  const widest = Math.max(...facts.map(({ name }) => name.length));
  const room = Math.max(20, columns - widest - 2);
  const rows = facts.map((one) => {
    const lines = [...(one.models === '' ? [] : [wrapped(one.models, room)]), wrapped(shownTurn(one), room)];
    return [one.name, lines.join('\n')];
  });
  return `${head}${table(['name', 'who speaks it, and how a turn looks'], rows)}${foot}`;
}

/** The list of all dialects, or one of them explained; as text or as JSON. Throws `UsageError` for an unknown name. */
export function listDialects(
  name: string | undefined,
  { json = false, columns }: { json?: boolean; columns?: number | undefined },
): string {
  const all: Readonly<Record<string, Dialect>> = dialects;
  if (name !== undefined) {
    const dialect = Object.hasOwn(all, name) ? all[name] : undefined;
    if (dialect === undefined)
      throw new UsageError(`there is no dialect "${name}".${didYouMean(name, Object.keys(all))}`);
    return json ? `${JSON.stringify(factsOf(dialect), null, 2)}\n` : explain(dialect, columns);
  }
  const facts = Object.values(all).map(factsOf);
  return json ? `${JSON.stringify(facts, null, 2)}\n` : listText(facts, columns);
}
