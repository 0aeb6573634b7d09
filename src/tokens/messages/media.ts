import { asString, type Fields, type MediaView } from './view.js';

function kindOf(mediaType: string): MediaView['kind'] {
  if (/^image\//.test(mediaType)) return 'image';
  return /^audio\//.test(mediaType) ? 'audio' : 'file';
}

/**
 * A view of data in any of the forms that packages take: a URL, a `data:` URL, base64 text, bytes.
 * @param kind where it is known; else the media type tells.
 */
export function mediaView(
  data: unknown,
  mediaType: string,
  kind: MediaView['kind'] = kindOf(mediaType),
): MediaView {
  if (data instanceof URL) return { kind, url: data.href, mediaType };
  if (data instanceof ArrayBuffer) return { kind, data: new Uint8Array(data), mediaType };
  if (data instanceof Uint8Array) return { kind, data, mediaType };
  const text = asString(data);
  if (/^https?:/i.test(text)) return { kind, url: text, mediaType };
  const stated = /^data:([^;,]*)/i.exec(text);
  if (stated === null) return { kind, data: text, mediaType };
  return { kind, url: text, mediaType: mediaType || asString(stated[1]) };
}

/** The view of a part of the chat completions API that holds media: `image_url`, `input_audio`, `file`. */
export function openaiMedia(part: Fields): MediaView | undefined {
  const image = part['image_url'];
  if (image !== undefined) {
    const view: Fields = typeof image === 'object' && image !== null ? (image as Fields) : { url: image };
    return { kind: 'image', url: asString(view['url']), detail: asString(view['detail'] ?? part['detail']) };
  }
  const audio = part['input_audio'];
  if (typeof audio === 'object' && audio !== null) {
    const { data, format } = audio as Fields;
    return mediaView(data, asString(format) === 'mp3' ? 'audio/mpeg' : 'audio/wav', 'audio');
  }
  const file = part['file'];
  if (typeof file !== 'object' || file === null) return undefined;
  return mediaView((file as Fields)['file_data'], '', 'file');
}
