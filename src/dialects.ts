/** Each dialect on its own, with what reads and writes it, for bundles that need but one or two. */
export * from './prompt/dialects/chatml.js';
export * from './prompt/dialects/command-r.js';
export * from './prompt/dialects/deepseek.js';
export * from './prompt/dialects/english.js';
export * from './prompt/dialects/falcon.js';
export * from './prompt/dialects/gemma.js';
export * from './prompt/dialects/granite.js';
export * from './prompt/dialects/harmony.js';
export * from './prompt/dialects/instruct.js';
export * from './prompt/dialects/languages.js';
export * from './prompt/dialects/llama.js';
export * from './prompt/dialects/mistral.js';
export * from './prompt/dialects/openchat.js';
export * from './prompt/dialects/phi.js';
export * from './prompt/dialects/qwen.js';
export * from './prompt/dialects/zephyr.js';
export { parseWithDialect } from './prompt/parse.js';
export { renderWithDialect } from './prompt/render.js';
