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

/** Three writings of each secret in base64: what stands in front of it moves its bits. The edges, which that changes, go. */
const base64Forms = (secret: string): string[] =>
  ['', ' ', '  '].map((before) => {
    const whole = base64(before + secret).replace(/=+$/, '');
    const start = before === '' ? 0 : before.length + 1;
    return whole.slice(start, whole.length - 1);
  });

const hex = (text: string): string =>
  [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** A secret as it may come back: as it is, in a URL, in JSON, in base64, in hexadecimal. */
const formsOf = (secret: string): string[] => [
  ...new Set([
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    ...base64Forms(secret),
    hex(secret),
  ]),
];

/** A word this short may be any word, as in `OPENAI_API_KEY=none`: it goes where it stands alone. */
const alone = (secret: string): RegExp =>
  new RegExp(`(?<![^\\s"'\`,;:()=<>])(?:${escaped(secret)})(?![^\\s"'\`,;:()=<>.!])`, 'g');

const isBoundary = (unit: string | undefined): boolean => unit === undefined || /[\s"'`<>]/.test(unit);

/** A text's letters and digits in lower case, and where they stand: what is between them may have come in on the way. */
function bareOf(text: string): { units: string; places: number[] } {
  const places: number[] = [];
  let units = '';
  for (const { 0: unit, index } of text.matchAll(/[a-z\d]/gi)) {
    units += unit.toLowerCase();
    places.push(index);
  }
  return { units, places };
}

/** Where pieces of a secret stand: first and last unit. */
function* piecesIn(text: string, secret: string): Generator<[first: number, last: number]> {
  for (let from = 0; from + telling <= secret.length; from++) {
    const piece = secret.slice(from, from + telling);
    for (let at = text.indexOf(piece); at !== -1; at = text.indexOf(piece, at + 1))
      yield [at, at + telling - 1];
  }
}

/** Words that hold a long piece of a secret go: servers echo keys cut, in groups, and messages are cut too. */
function withoutPieces(text: string, secret: string): string {
  const { units, places } = bareOf(text);
  const found = [...piecesIn(text, secret)];
  for (const [first, last] of piecesIn(units, bareOf(secret).units))
    found.push([places[first]!, places[last]!]);
  const covered = new Uint8Array(text.length);
  for (const [first, last] of found) {
    let start = first;
    let end = last + 1;
    while (!isBoundary(text[start - 1])) start -= 1;
    while (!isBoundary(text[end])) end += 1;
    covered.fill(1, start, end);
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
  const long = all
    .filter((secret) => secret.length >= telling)
    .map((secret) => [secret, formsOf(secret)] as const);
  const short = all.filter((secret) => secret.length < telling).map(alone);
  return (text) => {
    let out = text;
    for (const [secret, forms] of long) out = withoutMasked(forms.reduce(withoutPieces, out), secret);
    return short.reduce((rest, pattern) => rest.replace(pattern, hidden), out);
  };
}
