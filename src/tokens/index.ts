export { countTokens } from './count.js';
export { loadTokenizer } from './load.js';
export { encodingFor, encodingNames, type ResolvedEncoding, resolveEncoding } from './models.js';
export type { CounterLike, EncodingName, SpecialTokenOptions, StreamingDecoder, Tokenizer } from './types.js';
