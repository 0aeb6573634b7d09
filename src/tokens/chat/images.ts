import type { MediaView } from '../messages/view.js';
import { bareModel } from '../models/names.js';
import type { Confidence } from './chat-rules.js';

/** Pixels. */
export interface ImageSize {
  width: number;
  height: number;
}

/** Enough of a file for the size in its header; a JPEG may carry a large preview in front of it. */
const HEADER_CHARACTERS = 262_144;

/** The first bytes of a base64 text. `atob` is in every runtime that the library supports. */
function bytesOf(base64: string): Uint8Array {
  const clean = base64.slice(0, HEADER_CHARACTERS).replace(/[^A-Za-z0-9+/]/g, '');
  const binary = atob(clean.slice(0, clean.length - (clean.length % 4 === 1 ? 1 : 0)));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function jpegSize(view: DataView): ImageSize | undefined {
  let at = 2;
  while (at + 9 < view.byteLength) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    // The frame headers; C4, C8 and CC in their midst are tables.
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc)
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2);
  }
  return undefined;
}

function webpSize(view: DataView): ImageSize | undefined {
  const kind = view.getUint32(12);
  if (kind === 0x56503858 && view.byteLength >= 30) {
    const part = (at: number) => view.getUint16(at, true) + (view.getUint8(at + 2) << 16) + 1;
    return { width: part(24), height: part(27) };
  }
  if (kind === 0x5650384c && view.byteLength >= 25) {
    const bits = view.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  if (kind === 0x56503820 && view.byteLength >= 30)
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  return undefined;
}

/** The size in the header of a PNG, GIF, JPEG or WebP file. */
function sizeOfBytes(bytes: Uint8Array): ImageSize | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength < 10) return undefined;
  if (view.getUint32(0) === 0x89504e47 && view.byteLength >= 24)
    return { width: view.getUint32(16), height: view.getUint32(20) };
  if (view.getUint32(0) === 0x47494638)
    return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
  if (view.getUint16(0) === 0xffd8) return jpegSize(view);
  if (view.getUint32(0) === 0x52494646 && view.byteLength >= 25) return webpSize(view);
  return undefined;
}

/** The size of an image from its own data, or from that of a `data:` URL; undefined for any other URL or format. */
export function knownSize({ url = '', data }: Pick<MediaView, 'url' | 'data'>): ImageSize | undefined {
  const base64 = /^data:[^,]*;base64,/i.exec(url);
  const start = data ?? (base64 === null ? undefined : url.slice(base64[0].length));
  if (start === undefined) return undefined;
  const size = sizeOfBytes(typeof start === 'string' ? bytesOf(start) : start);
  return size !== undefined && size.width > 0 && size.height > 0 ? size : undefined;
}

const hint = (width: string | undefined, height: string | undefined): ImageSize | undefined => {
  const size = { width: Number(width), height: Number(height) };
  return size.width > 0 && size.height > 0 ? size : undefined;
};

/**
 * A guess at the size of an image from its URL, as image hosts write it: `640x480`, `/640/480`, `?w=640&h=480`,
 * or the width alone in `640px-` (Wikimedia), which is taken for the usual shape of a photograph.
 */
export function imageSizeHint(url: string): ImageSize | undefined {
  if (url.startsWith('data:')) return undefined;
  const query = (name: string) => new RegExp(`[?&](?:${name})=(\\d{1,5})(?!\\d)`).exec(url)?.[1];
  const both =
    /(?<![\dA-Za-z])(\d{2,5})x(\d{2,5})(?!\d)/.exec(url) ??
    /\/(\d{3,5})\/(\d{3,5})(?:\.\w+)?(?:$|[?#])/.exec(url);
  if (both !== null) return hint(both[1], both[2]);
  const asked = hint(query('w|width'), query('h|height'));
  if (asked !== undefined) return asked;
  const width = Number(/(?<!\d)(\d{2,5})px-/.exec(url)?.[1]);
  return width > 0 ? { width, height: Math.round((width * 2) / 3) } : undefined;
}

/**
 * What an image costs.
 *
 * Tiles: the image is fitted into 2048 × 2048, then its short side into 768, and each 512 × 512 tile costs `tile`
 * over a `base`; `detail: low` is the base alone. Patches: each 32 × 32 patch costs `factor`, at most 1536 patches,
 * and the image one more. Source: OpenAI's vision guide (derived); the one more, the factors of gpt-5-mini and
 * gpt-5-nano, and the tiles of gpt-4o, gpt-4o-mini and gpt-4-vision-preview from bills.
 */
type ImageRule = { base: number; tile: number } | { factor: number };

const SIDE = 2048;
const SHORT_SIDE = 768;
const TILE = 512;
const PATCH = 32;
const MOST_PATCHES = 1536;
/** Taken for an image whose size can't be known. */
const ASSUMED: ImageSize = { width: 1024, height: 1024 };
const LOW_SIDE = 512;

const rules: readonly (readonly [RegExp, ImageRule, Confidence])[] = [
  [/^gpt-4o-mini/, { base: 2833, tile: 5667 }, 'billed'],
  [/^gpt-4\.1-mini/, { factor: 1.62 }, 'derived'],
  [/^gpt-4\.1-nano/, { factor: 2.46 }, 'billed'],
  [/^o4-mini/, { factor: 1.72 }, 'derived'],
  [/^gpt-5(?:\.\d+)?-mini/, { factor: 1.2 }, 'derived'],
  [/^gpt-5(?:\.\d+)?-nano/, { factor: 1.5 }, 'billed'],
  [/^gpt-5/, { base: 70, tile: 140 }, 'derived'],
  [/^o[13]/, { base: 75, tile: 150 }, 'derived'],
  [/^computer-use/, { base: 65, tile: 129 }, 'derived'],
  [/^(?:chatgpt-|gpt-3\.?5|gpt-4)/, { base: 85, tile: 170 }, 'billed'],
];

const fallbackRule: readonly [RegExp, ImageRule, Confidence] = [/./, { base: 85, tile: 170 }, 'estimated'];

function tiles({ width, height }: ImageSize): number {
  const outer = Math.min(1, SIDE / Math.max(width, height));
  const inner = Math.min(1, SHORT_SIDE / (Math.min(width, height) * outer));
  const scale = outer * inner;
  // The sides are whole pixels before they are cut into tiles.
  const count = (side: number) => Math.max(1, Math.ceil(Math.round(side * scale) / TILE));
  return count(width) * count(height);
}

function patches({ width, height }: ImageSize): number {
  const whole = Math.ceil(width / PATCH) * Math.ceil(height / PATCH);
  if (whole <= MOST_PATCHES) return whole;
  // Shrunk to the largest allowed area, then so that the patches of one side come out whole.
  const shrink = Math.sqrt((PATCH * PATCH * MOST_PATCHES) / (width * height));
  const across = (width * shrink) / PATCH;
  const down = (height * shrink) / PATCH;
  const fit = Math.min(Math.max(1, Math.floor(across)) / across, Math.max(1, Math.floor(down)) / down);
  const count = (side: number) => Math.max(1, Math.ceil(side * fit - 1e-9));
  return Math.min(MOST_PATCHES, count(across) * count(down));
}

function shrinkTo(size: ImageSize, side: number): ImageSize {
  const scale = Math.min(1, side / Math.max(size.width, size.height));
  return { width: Math.max(1, size.width * scale), height: Math.max(1, size.height * scale) };
}

export interface ImageCount {
  tokens: number;
  confidence: Confidence;
  /** False when the size had to be assumed. */
  sized: boolean;
}

/** Anthropic's vision guide: width × height / 750, and no more than about 1600, which is taken where the size is not known. */
const PIXELS_PER_TOKEN = 750;
const MOST_IMAGE_TOKENS = 1600;

const byPixels = (size: ImageSize | undefined): number =>
  size === undefined
    ? MOST_IMAGE_TOKENS
    : Math.min(MOST_IMAGE_TOKENS, Math.ceil((size.width * size.height) / PIXELS_PER_TOKEN));

/**
 * The tokens of one image.
 * @param image with its data, or a `data:` URL, it is read for its size; for any other URL `sizeOf` is asked.
 */
export function countImage(
  image: Pick<MediaView, 'url' | 'data' | 'detail' | 'rule'>,
  options: { model?: string | undefined; sizeOf?: ((url: string) => ImageSize | undefined) | undefined },
): ImageCount {
  const { url = '', detail } = image;
  const known = (url === '' ? undefined : options.sizeOf?.(url)) ?? knownSize(image);
  const sized = known !== undefined;
  if (image.rule === 'anthropic') return { tokens: byPixels(known), confidence: 'estimated', sized };
  const bare = bareModel(options.model ?? '');
  const [, rule, confidence] = rules.find(([pattern]) => pattern.test(bare)) ?? fallbackRule;
  const low = detail === 'low';
  if ('base' in rule && low) return { tokens: rule.base, confidence, sized: true };
  const size = known ?? imageSizeHint(url) ?? ASSUMED;
  const tokens =
    'base' in rule
      ? rule.base + rule.tile * tiles(size)
      : Math.ceil(patches(low ? shrinkTo(size, LOW_SIDE) : size) * rule.factor - 1e-9) + 1;
  const certain = sized && !(low && 'factor' in rule);
  return { tokens, confidence: certain ? confidence : 'estimated', sized };
}
