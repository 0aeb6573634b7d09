import type { Warning } from '../../errors.js';
import type { RenderOptions } from '../../prompt/options.js';
import type { Message } from '../../schemas/messages.js';
import { lossy } from '../../text/warn.js';
import { provide } from '../compile.js';
import { compileControlTokens } from '../control-tokens.js';
import { completeLabelDialect, type LabelDialect, type LabelDialectDefinition } from './complete.js';
import { findInline } from './find-inline.js';

/**
 * What a format begins with where its system text is not given (`templateOptions.defaultSystem` as in templates), with a
 * warning where that is anything.
 */
export function headerOf(
  dialect: LabelDialect,
  first: Message | undefined,
  options: RenderOptions['templateOptions'],
  warnings: Warning[],
): string {
  if (first?.role === 'system' && dialect.systemPlacement === 'preamble') return '';
  const given = options?.['defaultSystem'];
  const text = typeof given === 'string' ? given : given === false ? '' : (dialect.defaultSystem ?? '');
  if (text === '') return '';
  lossy(warnings, 'default-system', '', 'The format has a system text of its own where none is given.');
  return text + dialect.preambleSeparator;
}

/** A dialect of labels as chat models speak them: with special tokens, or in the middle of lines, or with a system text. */
export function modelLabels(definition: LabelDialectDefinition, defaultSystem?: string): LabelDialect {
  provide({ tokens: compileControlTokens, inline: findInline, header: headerOf });
  const dialect = completeLabelDialect(definition);
  return defaultSystem === undefined ? dialect : { ...dialect, defaultSystem };
}
