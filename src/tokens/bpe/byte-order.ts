/**
 * The 256 bytes in the order of their ids in every vocabulary of the GPT-2 kind: those that print in Latin-1 first.
 * In a `tokenizer.json` the others are written as U+0100 and on, in this same order.
 */
export function byteOrder(): number[] {
  const prints = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  const all = Array.from({ length: 256 }, (_, byte) => byte);
  return [...all.filter(prints), ...all.filter((byte) => !prints(byte))];
}
