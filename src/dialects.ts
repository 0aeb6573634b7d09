/** Each dialect on its own, with what reads and writes it, for bundles that need but one or two. */

export { genericCalls } from './body/calls/hermes.js';
export * from './formats/index.generated.js';
export { parseWithDialect } from './prompt/read.js';
export { renderWithDialect } from './prompt/write.js';
