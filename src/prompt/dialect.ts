import { RolecallError } from '../errors.js';
import type { Role } from '../schemas/messages.js';
import { compileLabels } from './labels.js';
import type { MarkerDialect } from './marker-dialect.js';
import { provideSyntax } from './syntaxes.js';
import type { Template } from './template.js';

export type { MarkerDialect } from './marker-dialect.js';

/** The speakers that a label dialect tells apart. */
export type Speaker = 'system' | 'user' | 'assistant';

/** A dialect that writes a name and a colon before each turn: `User: …`. Plain data. */
export interface LabelDialect {
  kind: 'labels';
  name: string;
  /** Labels without their colon. All of them are read; the first of each speaker is written. */
  labels: Readonly<Record<Speaker, readonly string[]>>;
  colon: ':' | '：';
  /** What stands between the colon and the content. */
  gap: ' ' | '\n' | '';
  /** A label counts only where nothing else stands on its line. */
  alone: boolean;
  /** Labels also stand in the middle of a line, in exactly this spelling, after white space or `>`. */
  inline: boolean;
  /** What stands between two turns; an assistant's turn ends in `assistantEnd` instead, where that is set. */
  separator: '\n' | '\n\n' | ' ';
  /** A closing mark of the assistant's turns, such as `</s>`; it takes the separator's place. */
  assistantEnd: string;
  /** What stands between a preamble without a label and the first turn. */
  preambleSeparator: '\n' | '\n\n' | ' ';
  /** What stands before the first turn where there is no preamble. */
  lead: '' | '\n\n';
  /** Where the system text goes: before the first label when it comes first, or always under its label. */
  systemPlacement: 'preamble' | 'label';
  /** Special tokens of the models that speak the dialect; escaped inside content. */
  specialTokens: readonly string[];
  /** Stop sequences that end the assistant's turn. */
  stop: readonly string[];
  /** The speaker's own label is kept as `name` on user messages: the prompt has more than two speakers. */
  named?: boolean;
  /** The system text that the format has where none is given; written under `fidelity: 'template'`. */
  defaultSystem?: string;
  /** What the models' own template writes, where that is more than labels. */
  template?: Template;
}

export type Dialect = LabelDialect | MarkerDialect;

/** What `defineDialect` takes for a dialect of labels. Everything but the name and two labels has a default. */
export interface LabelDialectDefinition {
  name: string;
  labels: {
    system?: string | readonly string[];
    user: string | readonly string[];
    assistant: string | readonly string[];
  };
  colon?: ':' | '：';
  gap?: ' ' | '\n' | '';
  alone?: boolean;
  inline?: boolean;
  separator?: '\n' | '\n\n' | ' ';
  assistantEnd?: string;
  preambleSeparator?: '\n' | '\n\n' | ' ';
  lead?: '' | '\n\n';
  systemPlacement?: 'preamble' | 'label';
  specialTokens?: readonly string[];
  stop?: string | readonly string[];
  named?: boolean;
}

/** The labels of one speaker as a list, each once, without its colon and the spaces around it. */
export function labelList(labels: string | readonly string[] | undefined, path = 'labels'): string[] {
  if (labels === undefined) return [];
  const list: unknown = typeof labels === 'string' ? [labels] : labels;
  if (!Array.isArray(list) || !list.every((label) => typeof label === 'string')) {
    throw new RolecallError('invalid-argument', 'Labels must be a string or an array of strings.', { path });
  }
  return [...new Set(list.map((label: string) => label.trim().replace(/\s*[:：]$/, '')))];
}

/** Labels that differ in case alone are one, but for those inline, which count in their exact spelling. */
function distinct(list: string[], inline: boolean): string[] {
  const seen = new Set<string>();
  return inline
    ? list
    : list.filter((label) => !seen.has(label.toLowerCase()) && seen.add(label.toLowerCase()));
}

function invalid(message: string, path: string): RolecallError {
  return new RolecallError('invalid-dialect', message, { path });
}

/** The dialect of a definition, checked and completed. Throws `invalid-dialect` with the path of what is wrong. */
export function completeLabelDialect(definition: LabelDialectDefinition): LabelDialect {
  provideSyntax({ labels: compileLabels });
  if (typeof definition !== 'object' || definition === null)
    throw invalid('A dialect needs a definition.', '');
  const { name, inline = false } = definition;
  if (typeof name !== 'string' || name === '') throw invalid('A dialect needs a name.', 'name');
  if (typeof definition.labels !== 'object' || definition.labels === null) {
    throw invalid(`Dialect "${name}" needs labels for the user and the assistant.`, 'labels');
  }
  const labels = {
    system: distinct(labelList(definition.labels.system, 'labels.system'), inline),
    user: distinct(labelList(definition.labels.user, 'labels.user'), inline),
    assistant: distinct(labelList(definition.labels.assistant, 'labels.assistant'), inline),
  };
  const speakers: readonly Speaker[] = ['system', 'user', 'assistant'];
  const owner = new Map<string, Speaker>();
  for (const speaker of speakers) {
    if (speaker !== 'system' && labels[speaker].length === 0) {
      throw invalid(`Dialect "${name}" has no label for the ${speaker}.`, `labels.${speaker}`);
    }
    for (const [i, label] of labels[speaker].entries()) {
      const path = `labels.${speaker}[${i}]`;
      if (!/^[^\s\\:：][^\r\n\\:：]*$/.test(label) || /^(?:\*\*|__|[*_]+$|>)/.test(label)) {
        const what = 'is empty, starts with bold marks or ">", or has a line break, a colon or a backslash';
        throw invalid(`Label ${JSON.stringify(label)} of dialect "${name}" ${what}.`, path);
      }
      const other = owner.get(label.toLowerCase());
      if (other !== undefined && other !== speaker) {
        throw invalid(
          `Label "${label}" of dialect "${name}" stands for both the ${other} and the ${speaker}.`,
          path,
        );
      }
      owner.set(label.toLowerCase(), speaker);
    }
  }
  const separator = definition.separator ?? (inline ? ' ' : '\n');
  const gap = definition.gap ?? (definition.alone ? '\n' : ' ');
  const colon = definition.colon ?? ':';
  if (separator === ' ' && !inline) {
    throw invalid(`Dialect "${name}" separates turns by a space, so its labels must be inline.`, 'separator');
  }
  if (definition.alone && gap !== '\n') {
    throw invalid(
      `Dialect "${name}" has labels alone on their lines, so its gap must be a line break.`,
      'gap',
    );
  }
  if (definition.alone && inline) {
    throw invalid(`Dialect "${name}" cannot have labels both inline and alone on their lines.`, 'inline');
  }
  const assistantEnd = definition.assistantEnd ?? '';
  const preambleSeparator = definition.preambleSeparator ?? (inline ? ' ' : '\n\n');
  const lead = definition.lead ?? '';
  for (const [path, value, allowed] of [
    ['colon', colon, [':', '：']],
    ['gap', gap, [' ', '\n', '']],
    ['separator', separator, ['\n', '\n\n', ' ']],
    ['preambleSeparator', preambleSeparator, inline ? ['\n', '\n\n', ' '] : ['\n', '\n\n']],
    ['lead', lead, ['', '\n\n']],
  ] as const) {
    if (!(allowed as readonly string[]).includes(value)) {
      const list = allowed.map((one) => JSON.stringify(one)).join(', ');
      throw invalid(
        `The ${path} of dialect "${name}" is ${JSON.stringify(value)}; it must be one of ${list}.`,
        path,
      );
    }
  }
  if (
    assistantEnd !== '' &&
    (assistantEnd.length < 2 || assistantEnd !== assistantEnd.trim() || assistantEnd.includes('\\'))
  ) {
    const what = 'must have two units or more, no backslash, and no white space at its edges';
    throw invalid(`The closing mark of dialect "${name}" ${what}.`, 'assistantEnd');
  }
  const specialTokens = [
    ...new Set([...(definition.specialTokens ?? []), ...(assistantEnd === '' ? [] : [assistantEnd])]),
  ];
  const stop = typeof definition.stop === 'string' ? [definition.stop] : definition.stop;
  const userLabel = labels.user[0] ?? '';
  return {
    kind: 'labels',
    name,
    labels,
    colon,
    gap,
    alone: definition.alone ?? false,
    inline,
    separator,
    assistantEnd,
    preambleSeparator,
    lead,
    systemPlacement: definition.systemPlacement ?? 'preamble',
    specialTokens,
    stop: stop ?? (assistantEnd !== '' ? [assistantEnd] : [`${inline ? '' : '\n'}${userLabel}${colon}`]),
    ...(definition.named === undefined ? {} : { named: definition.named }),
  };
}

/** A role in the words of a label dialect; undefined for the roles of tools, which labels can't name. */
export function speakerOf(role: Role): Speaker | undefined {
  if (role === 'developer' || role === 'system') return 'system';
  return role === 'user' || role === 'assistant' ? role : undefined;
}
