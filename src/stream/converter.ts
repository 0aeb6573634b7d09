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
  /** True once the input has said that it is over; what follows is not read. */
  readonly done?: boolean;
}
