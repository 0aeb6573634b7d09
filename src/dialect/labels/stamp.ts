function stampPattern(): RegExp {
  const clock = String.raw`\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,6})?(?:[ \u00a0\u202f]?[AaPp]\.?[Mm]\b\.?)?`;
  const date = String.raw`(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})`;
  const zone = String.raw`(?:Z|[ ]?[+-]\d{2}:?\d{2}\b)?`;
  const plain = `(?:${date},?[T ])?${clock}${zone}|${clock}${zone},? ${date}|${date}`;
  /** In brackets other words may stand with it: `[Mon 10:01]`. */
  const among = String.raw`(?=[^\])\r\n]{0,30}?(?:\d{1,2}:\d{2}|${date}))[^[\](){}\r\n]{1,45}`;
  return new RegExp(
    String.raw`[\u200e\u200f]?(?:(?:\[${among}\]|\(${among}\))[ \t]*|(?:${plain})[ \t]+)(?:[-–—|][ \t]+)?`,
    'y',
  );
}

// Marked as pure, so that bundlers drop it where nobody reads prompts.
const stamp = /* @__PURE__ */ stampPattern();

/** May a time stamp begin with this unit? */
export const mayStamp = (unit: number): boolean =>
  (unit >= 48 && unit <= 57) || unit === 91 || unit === 40 || unit === 0x200e || unit === 0x200f;

/**
 * The end of the time stamp that stands at the offset, with what sets it apart from the speaker behind it
 * (`[12:01] `, `12/03/23, 10:01 - `); the offset itself where there is none.
 */
export function stampEnd(text: string, at: number): number {
  if (!mayStamp(text.charCodeAt(at))) return at;
  stamp.lastIndex = at;
  return stamp.test(text) ? stamp.lastIndex : at;
}
