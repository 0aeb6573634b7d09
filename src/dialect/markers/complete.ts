import type { MarkerDialect, MarkerDialectDefinition } from '../types.js';

/**
 * The dialect of a definition that is known to be sound, completed (`defineMarkers` checks those of others). It is given
 * as a function, so that bundlers see that nothing happens where a dialect is not used, however its definition is made.
 */
export function markerDialect(define: () => MarkerDialectDefinition): MarkerDialect {
  const definition = define();
  const { name, roles, labelTexts = [] } = definition;
  const marks = Object.values(roles).flatMap(({ open, close }) => [open.trim(), close.trim()]);
  const dialect: MarkerDialect = {
    kind: 'markers',
    name,
    models: '',
    bos: '',
    roles,
    after: {},
    reads: {},
    closers: [],
    generation: roles.assistant.open,
    systemPlacement: roles.system === undefined ? 'none' : 'turn',
    alternation: 'free',
    specialTokens: [...new Set(marks)].filter((mark) => mark !== '' && !labelTexts.includes(mark)),
    labelTexts,
    stop: [roles.assistant.close.trim()].filter((mark) => mark !== ''),
    reasoning: null,
    calls: null,
    toolResult: 'text',
  };
  const given = Object.entries(definition).filter(([, value]) => value !== undefined);
  return Object.assign(dialect, Object.fromEntries(given));
}
