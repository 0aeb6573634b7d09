import { bareModel, type Confidence } from './chat-rules.js';
import { type ImageSize, imageSizeHint, imageSizeOfUrl } from './image-size.js';

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

/**
 * The tokens of one image.
 * @param url a `data:` URL is read for its size; for any other, `sizeOf` is asked.
 */
export function countImage(
  image: { url: string; detail?: string | undefined },
  options: { model?: string | undefined; sizeOf?: ((url: string) => ImageSize | undefined) | undefined },
): ImageCount {
  const bare = bareModel(options.model ?? '');
  const [, rule, confidence] = rules.find(([pattern]) => pattern.test(bare)) ?? fallbackRule;
  const low = image.detail === 'low';
  if ('base' in rule && low) return { tokens: rule.base, confidence, sized: true };
  const known = options.sizeOf?.(image.url) ?? imageSizeOfUrl(image.url);
  const size = known ?? imageSizeHint(image.url) ?? ASSUMED;
  const sized = known !== undefined;
  const tokens =
    'base' in rule
      ? rule.base + rule.tile * tiles(size)
      : Math.ceil(patches(low ? shrinkTo(size, LOW_SIDE) : size) * rule.factor - 1e-9) + 1;
  const certain = sized && !(low && 'factor' in rule);
  return { tokens, confidence: certain ? confidence : 'estimated', sized };
}
