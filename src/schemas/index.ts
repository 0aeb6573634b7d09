/**
 * Every shape at the boundary, as zod schemas. Two families: the strict ones are what rolecall emits, and the
 * requests it takes; the loose `Provider…` ones take what providers really send. A schema and the type inferred
 * from it share a name. They are schemas of `zod/mini`, whose functions extend them and which keeps bundles small:
 * `z.extend(ChatRequest, { … })`; they also stand inside of schemas of `zod`.
 */
export * from './chat.js';
export * from './completion.js';
export * from './errors.js';
export * from './messages.js';
export * from './provider.js';
export { ResponseFormat, Usage } from './shared.js';
export * from './tools.js';
export { validate } from './validate.js';
