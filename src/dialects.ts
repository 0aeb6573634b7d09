/** Each dialect on its own, with what reads and writes it, for bundles that need but one or two. */
export * from './prompt/dialects/english.js';
export * from './prompt/dialects/instruct.js';
export * from './prompt/dialects/languages.js';
export { parseWithDialect } from './prompt/parse.js';
export { renderWithDialect } from './prompt/render.js';
