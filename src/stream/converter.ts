/**
 * A conversion of pieces, with no I/O: what goes in piece by piece comes out as pieces, as soon as it is certain.
 * `push` and `end` throw a RolecallError; what was ready before it then comes from `release`.
 */
export interface Converter<In, Out> {
  push(piece: In): Out[];
  /** No more comes: what is left, the end checked. */
  end(): Out[];
  /** What was ready or held back when the stream broke off, without an end. */
  release(): Out[];
  /** True once nothing more is needed: the input has said that it is over, or all that was asked for is there. */
  readonly done?: boolean;
  /** Hears, before `end`, that the input said that it is over (`[DONE]`): what has no end by then is whole. */
  complete?(): void;
}

/**
 * A conversion of the chunks of replies. Several streams can be merged: each chunk then comes with the number of its stream
 * (default 0), in the order of the requests.
 */
export interface ChunkConverter<In, Out> extends Converter<In, Out> {
  push(chunk: In, stream?: number): Out[];
  /** With a number, the end of that stream, or of one of its choices; without, the end of all. */
  end(stream?: number, choice?: number): Out[];
  complete(stream?: number, choice?: number): void;
  /** What is still to come of a stream, or of one of its choices. */
  awaited(stream?: number, choice?: number): Awaited;
}

/**
 * What is still to come of a stream of chunks. `choices`: a choice has not ended. `rest`: all of them have, and the usage or
 * the mark of the end may follow. `nothing`: a stop ended the reply here, so that the provider may be let go at once.
 */
export type Awaited = 'choices' | 'rest' | 'nothing';
