/** Pixels. */
export interface ImageSize {
  width: number;
  height: number;
}

/** Enough of a file for the size in its header; a JPEG may carry a large preview in front of it. */
const HEADER_CHARACTERS = 262_144;

/** The bytes of a base64 text, from its start. `atob` is in every runtime that the library supports. */
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

/** The size of an image in a `data:` URL; undefined for any other URL or a format that is not known. */
export function imageSizeOfUrl(url: string): ImageSize | undefined {
  const match = /^data:[^,]*;base64,/i.exec(url);
  if (match === null) return undefined;
  const size = sizeOfBytes(bytesOf(url.slice(match[0].length)));
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
