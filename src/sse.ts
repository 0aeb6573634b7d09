/** `rolecall/sse`: the bytes of a streamed response to events and to the JSON of its frames, and back. */
export type { Converter } from './stream/converter.js';
export {
  type Bytes,
  decodeSse,
  type SseEvent,
  type SseLimits,
  sseDecoder,
  sseFrame,
} from './stream/events.js';
export {
  decodeFrames,
  doneFrame,
  type EncodeFramesOptions,
  encodeFrames,
  errorFrame,
  type Frame,
  type FrameDecoderOptions,
  type FrameEncoderOptions,
  frameDecoder,
  frameEncoder,
} from './stream/frames.js';
export { asTransformStream, type Pieces } from './stream/iterate.js';
export type { Source } from './stream/source.js';
