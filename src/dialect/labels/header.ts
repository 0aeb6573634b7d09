import type { Warning } from '../../errors.js';
import type { Message } from '../../schemas/messages.js';
import { lossy } from '../../text/warn.js';
import type { LabelDialect } from '../types.js';
import type { WriteOptions } from '../write-options.js';

/**
 * What a format begins with where its system text is not given (`templateOptions.defaultSystem` as in templates), with a
 * warning where that is anything.
 */
export function headerOf(
  dialect: LabelDialect,
  first: Message | undefined,
  options: WriteOptions['templateOptions'],
  warnings: Warning[],
): string {
  if (first?.role === 'system' && dialect.systemPlacement === 'preamble') return '';
  const given = options?.['defaultSystem'];
  const text = typeof given === 'string' ? given : given === false ? '' : (dialect.defaultSystem ?? '');
  if (text === '') return '';
  lossy(warnings, 'default-system', '', 'The format has a system text of its own where none is given.');
  return text + dialect.preambleSeparator;
}
