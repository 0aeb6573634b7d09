/** What stands in place of a key. */
const hidden = '[key]';
/** A piece of a key that is this long is as good as the key. */
const telling = 8;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function base64(text: string): string {
  let binary = '';
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** A secret as it may come back: as it is, in a URL, in JSON, in base64. */
const formsOf = (secret: string): string[] => [
  ...new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), base64(secret)]),
];

const isBoundary = (unit: string | undefined): boolean => unit === undefined || /[\s"'`<>]/.test(unit);

/** Words that hold a long piece of a secret go: servers echo keys cut, and messages are cut too. */
function withoutPieces(text: string, secret: string): string {
  const covered = new Uint8Array(text.length);
  for (let from = 0; from + telling <= secret.length; from++) {
    const piece = secret.slice(from, from + telling);
    for (let at = text.indexOf(piece); at !== -1; at = text.indexOf(piece, at + 1)) {
      let start = at;
      let end = at + telling;
      while (!isBoundary(text[start - 1])) start -= 1;
      while (!isBoundary(text[end])) end += 1;
      covered.fill(1, start, end);
    }
  }
  let out = '';
  for (let at = 0; at < text.length; at++) {
    if (covered[at] === 0) out += text[at];
    else if (covered[at - 1] !== 1) out += hidden;
  }
  return out;
}

/** `sk-ab****wxyz`: some servers write the two ends of a key, and stars between them. */
function withoutMasked(text: string, secret: string): string {
  return text.replace(/([\w-]*)(?:[*•…]+|\.{3,})([\w-]*)/g, (run, head: string, tail: string) => {
    const ends = (head.length >= 2 && secret.startsWith(head)) || (tail.length >= 2 && secret.endsWith(tail));
    return ends ? hidden : run;
  });
}

/** Takes secrets out of a text, whole, in another writing, cut or masked. */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const all = [...new Set(secrets)].filter((secret) => secret !== '').sort((a, b) => b.length - a.length);
  const patterns = all.map((secret) => new RegExp(formsOf(secret).map(escaped).join('|'), 'g'));
  return (text) => {
    let out = text;
    all.forEach((secret, i) => {
      out = withoutMasked(withoutPieces(out.replace(patterns[i]!, hidden), secret), secret);
    });
    return out;
  };
}
