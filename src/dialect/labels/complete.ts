import type { Role } from '../../schemas/messages.js';
import { provide } from '../compile.js';
import type { MarkerDialect } from '../markers/complete.js';
import type { Template } from '../template.js';
import { compileLabels } from './turns.js';

export type { MarkerDialect } from '../markers/complete.js';

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

const listed = (labels: string | readonly string[] | undefined): readonly string[] =>
  typeof labels === 'string' ? [labels] : (labels ?? []);

/**
 * The dialect of a definition that is known to be sound, completed (`defineLabels` checks those of others). Labels in the
 * middle of lines and special tokens are for `modelLabels`.
 */
export function completeLabelDialect(definition: LabelDialectDefinition): LabelDialect {
  provide({ labels: compileLabels });
  const { name, inline = false, alone = false, colon = ':', assistantEnd = '', named } = definition;
  const user = listed(definition.labels.user);
  const stop = assistantEnd === '' ? `${inline ? '' : '\n'}${user[0]}${colon}` : assistantEnd;
  return {
    kind: 'labels',
    name,
    labels: {
      system: listed(definition.labels.system),
      user,
      assistant: listed(definition.labels.assistant),
    },
    colon,
    gap: definition.gap ?? (alone ? '\n' : ' '),
    alone,
    inline,
    separator: definition.separator ?? (inline ? ' ' : '\n'),
    assistantEnd,
    preambleSeparator: definition.preambleSeparator ?? (inline ? ' ' : '\n\n'),
    lead: definition.lead ?? '',
    systemPlacement: definition.systemPlacement ?? 'preamble',
    specialTokens: [...new Set([...(definition.specialTokens ?? []), assistantEnd])].filter(
      (token) => token !== '',
    ),
    stop: listed(definition.stop ?? stop),
    ...(named === undefined ? {} : { named }),
  };
}

/** A role in the words of a label dialect; undefined for the roles of tools, which labels can't name. */
export function speakerOf(role: Role): Speaker | undefined {
  if (role === 'developer' || role === 'system') return 'system';
  return role === 'user' || role === 'assistant' ? role : undefined;
}
