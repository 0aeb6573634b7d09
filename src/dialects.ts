/** Each dialect on its own, with what reads and writes it, for bundles that need but one or two. */
export * from './formats/index.generated.js';
export { parseWithDialect } from './prompt/read.js';
export { renderWithDialect } from './prompt/write.js';
