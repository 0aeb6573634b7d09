import { describe, expect, it } from 'vitest';
import { countImage, imageSizeHint, knownSize } from '../../../src/tokens/chat/images.js';

const imageSizeOfUrl = (url: string) => knownSize({ url });

const sized = (width: number, height: number) => ({ sizeOf: () => ({ width, height }) });
const tokens = (model: string, width: number, height: number, detail?: string) =>
  countImage({ url: 'https://example.com/x', detail }, { model, ...sized(width, height) }).tokens;

describe('countImage', () => {
  it.each([
    // OpenAI's vision guide.
    ['gpt-4o', 1024, 1024, undefined, 765],
    ['gpt-4o', 2048, 4096, undefined, 1105],
    ['gpt-4o', 4096, 8192, 'low', 85],
    ['gpt-4o', 1, 1, undefined, 255],
    ['gpt-4o-mini', 1, 1, undefined, 8500],
    ['o1', 1, 1, undefined, 225],
    ['gpt-5', 512, 512, undefined, 210],
    // 32-pixel patches and the one more that the bills have.
    ['gpt-4.1-nano', 275, 183, undefined, 134],
    ['gpt-4.1-nano', 1024, 1024, undefined, 2521],
    ['gpt-5-nano', 239, 178, undefined, 73],
    ['gpt-4.1-mini', 1024, 1024, undefined, Math.ceil(1024 * 1.62) + 1],
    ['o4-mini', 1800, 2400, undefined, Math.ceil(1452 * 1.72) + 1],
    ['gpt-4.1-mini', 100_000, 100, undefined, Math.ceil(1536 * 1.62) + 1],
  ])('counts for %s an image of %i × %i, detail %s', (model, width, height, detail, expected) => {
    if (width === 100_000) expect(tokens(model, width, height, detail)).toBeLessThanOrEqual(expected);
    else expect(tokens(model, width, height, detail)).toBe(expected);
  });

  it('says when it had to assume a size', () => {
    expect(countImage({ url: 'https://example.com/x.png' }, { model: 'gpt-4o' })).toEqual({
      tokens: 765,
      confidence: 'estimated',
      sized: false,
    });
    expect(countImage({ url: '', detail: 'low' }, { model: 'gpt-4o' })).toMatchObject({
      confidence: 'billed',
      sized: true,
    });
    expect(countImage({ url: '' }, { model: 'llama', ...sized(1, 1) }).confidence).toBe('estimated');
  });
});

const url = (type: string, bytes: number[]) =>
  `data:image/${type};base64,${btoa(String.fromCharCode(...bytes))}`;
const ascii = (text: string) => [...text].map((character) => character.charCodeAt(0));
const pad = (bytes: number[], length = 40) => [
  ...bytes,
  ...Array.from({ length: length - bytes.length }, () => 0),
];

describe('imageSizeOfUrl', () => {
  const size = { width: 600, height: 400 };
  it.each<[string, number[]]>([
    ['png', [0x89, ...ascii('PNG\r\n\x1a\n'), 0, 0, 0, 13, ...ascii('IHDR'), 0, 0, 2, 88, 0, 0, 1, 144]],
    ['gif', [...ascii('GIF89a'), 88, 2, 144, 1]],
    ['jpeg', [0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc2, 0, 17, 8, 1, 144, 2, 88, 3]],
    [
      'webp',
      [...ascii('RIFF'), 0, 0, 0, 0, ...ascii('WEBPVP8X'), 0, 0, 0, 0, 0, 0, 0, 0, 87, 2, 0, 143, 1, 0],
    ],
    [
      'webp',
      [...ascii('RIFF'), 0, 0, 0, 0, ...ascii('WEBPVP8 '), 0, 0, 0, 0, 0, 0, 0, 0x9d, 1, 0x2a, 88, 2, 144, 1],
    ],
    ['webp', [...ascii('RIFF'), 0, 0, 0, 0, ...ascii('WEBPVP8L'), 0, 0, 0, 0, 0x2f, 0x57, 0xc2, 0x63, 0]],
  ])('reads a %s', (type, bytes) => {
    expect(imageSizeOfUrl(url(type, pad(bytes)))).toEqual(size);
  });

  it.each([
    'https://example.com/cat.png',
    'data:image/png;base64,',
    'data:image/png;base64,iVBORw0K',
    'data:image/svg+xml;base64,PHN2Zy8+PHN2Zy8+PHN2Zy8+',
    url('jpeg', pad([0xff, 0xd8, 0xff, 0xd9])),
    'data:image/png;base64,%%%%',
    'data:,x',
  ])('gives up on %s', (other) => {
    expect(imageSizeOfUrl(other)).toBeUndefined();
  });
});

describe('imageSizeHint', () => {
  it.each([
    ['https://picsum.photos/id/237/200/300.jpg', { width: 200, height: 300 }],
    ['https://example.com/a_640x480.png', { width: 640, height: 480 }],
    ['https://example.com/640x480.png', { width: 640, height: 480 }],
    ['https://example.com/x.png?w=640&h=480', { width: 640, height: 480 }],
    ['https://upload.wikimedia.org/thumb/a/2560px-a.jpg', { width: 2560, height: 1707 }],
    ['https://example.com/cat.png', undefined],
    ['https://example.com/2024/05/cat.png', undefined],
    ['data:image/png;base64,AAAA/10/20/', undefined],
  ])('takes from %s the size %j', (address, size) => {
    expect(imageSizeHint(address)).toEqual(size);
  });
});
