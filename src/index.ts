export {
  type ErrorCode,
  isRolecallError,
  RolecallError,
  type Warning,
  type WarningCode,
} from './errors.js';
export { type Detection, detectDialect } from './prompt/detect.js';
export type { Dialect, LabelDialect, LabelDialectDefinition, Speaker } from './prompt/dialect.js';
export { type DialectName, dialects } from './prompt/dialects/index.js';
export { defineDialect } from './prompt/define.js';
export { parsePrompt, renderPrompt } from './prompt/index.js';
export { type PromptTag, type PromptTagOptions, type PromptValue, prompt } from './prompt/tag.js';
export type {
  Collisions,
  OpenTurn,
  ParsedPrompt,
  ParseOptions,
  RenderedPrompt,
  RenderOptions,
  SpeakerLabels,
  Turn,
} from './prompt/types.js';
export { unparsePrompt } from './prompt/unparse.js';
export type { Message, Role } from './schemas/messages.js';
export { type ToChatRequestOptions, toChatRequest } from './translate/to-chat-request.js';
