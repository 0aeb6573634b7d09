import { RolecallError } from '../../errors.js';
import type { LabelDialect, LabelDialectDefinition, Speaker } from '../types.js';
import type { SpeakerLabels } from '../write-options.js';
import { labelDialect } from './complete.js';

/** The labels of one speaker as a list, each once, without its colon and the spaces around it. */
export function labelList(labels: string | readonly string[] | undefined, path = 'labels'): string[] {
  if (labels === undefined) return [];
  const list: unknown = typeof labels === 'string' ? [labels] : labels;
  if (!Array.isArray(list) || !list.every((label) => typeof label === 'string')) {
    throw new RolecallError('invalid-argument', 'Labels must be a string or an array of strings.', { path });
  }
  return [...new Set(list.map((label: string) => label.trim().replace(/\s*[:：]$/, '')))];
}

/** What labels that differ in case alone share. One whose length changes with its case is read as it is spelled. */
export function caseless(label: string): string {
  const lower = label.toLowerCase();
  return lower.length === label.length ? lower : label;
}

/** Labels that differ in case alone are one, but for those inline, which count in their exact spelling. */
function distinct(list: string[], inline: boolean): string[] {
  const seen = new Set<string>();
  return inline ? list : list.filter((label) => !seen.has(caseless(label)) && seen.add(caseless(label)));
}

function invalid(message: string, path: string): RolecallError {
  return new RolecallError('invalid-dialect', message, { path });
}

const speakers: readonly Speaker[] = ['system', 'user', 'assistant'];

/** All labels that a caller names. */
export const namedLabels = (labels: SpeakerLabels | undefined): Set<string> =>
  new Set(speakers.flatMap((speaker) => labelList(labels?.[speaker])));

/** The dialect of a definition, checked and completed. Throws `invalid-dialect` with the path of what is wrong. */
export function defineLabels(definition: LabelDialectDefinition): LabelDialect {
  if (typeof definition !== 'object' || definition === null)
    throw invalid('A dialect needs a definition.', '');
  const { name, labels: given } = definition;
  if (typeof name !== 'string' || name === '') throw invalid('A dialect needs a name.', 'name');
  if (typeof given !== 'object' || given === null) {
    throw invalid(`Dialect "${name}" needs labels for the user and the assistant.`, 'labels');
  }
  const list = (speaker: Speaker): string[] =>
    distinct(labelList(given[speaker], `labels.${speaker}`), definition.inline === true);
  const labels = { system: list('system'), user: list('user'), assistant: list('assistant') };
  const dialect = labelDialect({ ...definition, labels });
  checkLabels(dialect);
  checkLayout(dialect);
  return dialect;
}

function checkLabels({ name, labels, colon, alone }: LabelDialect): void {
  const owner = new Map<string, Speaker>();
  for (const speaker of speakers) {
    if (speaker !== 'system' && labels[speaker].length === 0) {
      throw invalid(`Dialect "${name}" has no label for the ${speaker}.`, `labels.${speaker}`);
    }
    for (const [i, label] of labels[speaker].entries()) {
      const path = `labels.${speaker}[${i}]`;
      if (
        !/^[^\s\\:：][^\r\n\\:：]*$/.test(label) ||
        /^(?:[*_]+$|>)/.test(label) ||
        (colon !== '' && /^(?:\*\*|__)/.test(label))
      ) {
        const what = 'is empty, starts with bold marks or ">", or has a line break, a colon or a backslash';
        throw invalid(`Label ${JSON.stringify(label)} of dialect "${name}" ${what}.`, path);
      }
      if (colon === '' && !alone && /[\p{L}\p{N}]$/u.test(label)) {
        const what = 'ends like a word, so it needs a colon or a line of its own';
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
}

/** What a dialect sets around its turns must be found there again. */
function checkLayout(dialect: LabelDialect): void {
  const { name, inline, alone, separator, gap, assistantEnd, userEnd, labelStart = '' } = dialect;
  if (separator === ' ' && !inline) {
    throw invalid(`Dialect "${name}" separates turns by a space, so its labels must be inline.`, 'separator');
  }
  if (alone && gap !== '\n') {
    throw invalid(
      `Dialect "${name}" has labels alone on their lines, so its gap must be a line break.`,
      'gap',
    );
  }
  if (alone && inline) {
    throw invalid(`Dialect "${name}" cannot have labels both inline and alone on their lines.`, 'inline');
  }
  const allowed: Readonly<Record<string, readonly string[]>> = {
    colon: [':', '：', ''],
    gap: [' ', '\n', ''],
    // With nothing between turns a mark has to tell where the next one starts.
    separator: [
      '\n',
      '\n\n',
      ' ',
      ...(inline && (labelStart !== '' || (assistantEnd !== '' && userEnd)) ? [''] : []),
    ],
    preambleSeparator: inline ? ['\n', '\n\n', ' '] : ['\n', '\n\n'],
    lead: ['', '\n\n'],
  };
  for (const [path, values] of Object.entries(allowed)) {
    const value = dialect[path as 'colon'];
    if (!values.includes(value)) {
      const list = values.map((one) => JSON.stringify(one)).join(', ');
      throw invalid(
        `The ${path} of dialect "${name}" is ${JSON.stringify(value)}; it must be one of ${list}.`,
        path,
      );
    }
  }
  for (const path of ['assistantEnd', 'userEnd', 'systemEnd'] as const) {
    const end = dialect[path] ?? '';
    const mark = end.startsWith('\n') ? end.slice(1) : end;
    if (end === '' || (mark.length > 1 && mark === mark.trim() && !mark.includes('\\'))) continue;
    const what =
      'must have two units or more, no backslash, and no white space at its edges but one line break';
    throw invalid(`The closing mark of dialect "${name}" ${what}.`, path);
  }
}
