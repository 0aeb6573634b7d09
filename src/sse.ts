/** `rolecall/sse`: the bytes of a streamed response to events and to the JSON of its frames, and back. */
export type { Converter, Source } from './stream/iterate.js';
export {
  type Bytes,
  decodeFrames,
  decodeSse,
  doneFrame,
  type EncodeFramesOptions,
  encodeFrames,
  errorFrame,
  type Frame,
  type FrameEncoderOptions,
  frameDecoder,
  frameDecoderStream,
  frameEncoder,
  frameEncoderStream,
  type SseEvent,
  type SseLimits,
  sseDecoder,
  sseDecoderStream,
  sseFrame,
} from './stream/sse.js';
