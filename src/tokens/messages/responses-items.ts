import { always, type MessageAccessors } from './accessors.js';
import { mediaView } from './media.js';
import {
  asString,
  asText,
  type Fields,
  isRecord,
  type MediaView,
  type MessageView,
  type Part,
  sayings,
} from './view.js';

/** An item of the Responses API's `input`, as far as it is read; `ResponseInputItem` of the `openai` package is one. */
export type ResponsesItem = { type?: unknown; role: unknown } | { type?: unknown; id?: unknown };

const fields = (item: ResponsesItem): Fields => item as unknown as Fields;

const typeOf = (item: ResponsesItem): string => {
  const { type, role } = fields(item);
  return asString(type) || (typeof role === 'string' ? 'message' : '');
};

const isCall = (type: string): boolean =>
  /^(?:function|custom_tool|computer|local_shell|shell|apply_patch)_call$/.test(type);
const isOutput = (type: string): boolean => /_call_output$/.test(type);

const callId = (item: ResponsesItem): string => asString(fields(item)['call_id'] ?? fields(item)['id']);

interface Said {
  text: string;
  media?: MediaView[];
  unknownPart?: boolean;
}

/** What a content says, be it a text or a list; undefined for what is none. */
function contentOf(content: unknown): Said | undefined {
  if (typeof content === 'string') return { text: content };
  if (!Array.isArray(content)) return undefined;
  const said: Said = { text: '' };
  for (const part of content as unknown[]) {
    const record = isRecord(part) ? part : {};
    const words = record['text'] ?? record['refusal'];
    if (typeof words === 'string') said.text += words;
    else {
      const media = mediaOf(record);
      if (media !== undefined) said.media = [...(said.media ?? []), media];
      else {
        said.text += sayings(part);
        said.unknownPart = true;
      }
    }
  }
  return said;
}

function mediaOf(part: Fields): MediaView | undefined {
  const type = asString(part['type']);
  if (/^(?:input_image|computer_screenshot)$/.test(type))
    return { kind: 'image', url: asString(part['image_url']), detail: asString(part['detail']) };
  if (type === 'input_file') return mediaView(part['file_data'] ?? part['file_url'], '', 'file');
  if (type !== 'input_audio') return undefined;
  const audio = isRecord(part['input_audio']) ? part['input_audio'] : part;
  return mediaView(audio['data'], asString(audio['format']) === 'mp3' ? 'audio/mpeg' : 'audio/wav', 'audio');
}

function messageView(item: Fields): MessageView | undefined {
  const { role, content } = item;
  const said = contentOf(content);
  return typeof role === 'string' && said !== undefined ? { role, ...said } : undefined;
}

/** The arguments of a call, or whatever an item holds in their place. */
const inputOf = (item: Fields): string =>
  asText(item['arguments'] ?? item['input'] ?? item['action'] ?? item['operation']);

function read(item: ResponsesItem): readonly MessageView[] | undefined {
  if (!isRecord(item)) return undefined;
  const record = fields(item);
  const type = typeOf(item);
  if (type === 'message') {
    const view = messageView(record);
    return view === undefined ? undefined : [view];
  }
  if (type === '' || /^(?:text|image|tool_use|tool_result|tool-call|tool-result)$/.test(type))
    return undefined;
  if (isCall(type)) {
    const name = asString(record['name']) || type;
    return [{ role: 'assistant', text: '', calls: [{ id: callId(item), name, input: inputOf(record) }] }];
  }
  if (isOutput(type)) {
    const output = record['output'];
    const said = contentOf(isRecord(output) ? [output] : output) ?? { text: asText(output) };
    return [{ role: 'tool', answers: callId(item), ...said }];
  }
  if (type === 'reasoning') {
    const said = [record['summary'], record['content']].map((list) => contentOf(list)?.text ?? '').join('');
    // What is sent back encrypted is billed by the tokens of the thought, which nobody outside can count.
    const hidden = asString(record['encrypted_content']);
    const view: MessageView = { role: 'assistant', text: '', beside: said };
    if (hidden !== '') Object.assign(view, { beside: said || hidden, unknownPart: true });
    return [view];
  }
  // The server's own tools, references and what is to come.
  return [{ role: 'assistant', text: '', beside: sayings(item), unknownPart: true }];
}

function roleOf(item: ResponsesItem): Part {
  const type = typeOf(item);
  if (isOutput(type) || type === 'mcp_approval_response') return 'tool';
  if (type !== 'message') return 'assistant';
  const role = asString(fields(item)['role']);
  if (role === 'system' || role === 'developer') return 'system';
  return role === 'assistant' ? role : 'user';
}

const isText = (part: unknown): part is Fields & { text: string } =>
  isRecord(part) && typeof part['text'] === 'string';

const isImage = (part: unknown): boolean => isRecord(part) && mediaOf(part)?.kind === 'image';

/** What holds the text of an item: its content, or the output of a call. */
const key = (item: ResponsesItem): 'content' | 'output' => (isOutput(typeOf(item)) ? 'output' : 'content');

/**
 * Items of the Responses API. What the model gave in one answer, its reasoning, calls and text, stays together, with
 * the outputs of the calls.
 */
export const responsesItems: MessageAccessors<ResponsesItem> = {
  role: roleOf,
  calls: (item) => (isCall(typeOf(item)) ? [callId(item)] : []),
  results: (item) => (isOutput(typeOf(item)) ? [callId(item)] : []),
  read,
  pieceOfAnswer: (item) => roleOf(item) === 'assistant',
  text: (item) => {
    const said = fields(item)[key(item)];
    if (typeof said === 'string') return said;
    return Array.isArray(said) ? (said as unknown[]).find(isText)?.text : undefined;
  },
  withText: (item, text) => {
    const said = fields(item)[key(item)];
    if (!Array.isArray(said)) return { ...item, [key(item)]: text };
    const at = (said as unknown[]).findIndex(isText);
    return {
      ...item,
      [key(item)]: said.map((part: unknown, index) =>
        index === at && isRecord(part) ? { ...part, text } : part,
      ),
    };
  },
  emptyResults: (item, placeholder, wanted = always) =>
    /^(?:function|custom_tool)_call_output$/.test(typeOf(item)) &&
    fields(item)['output'] !== placeholder &&
    wanted(callId(item))
      ? { ...item, output: placeholder }
      : item,
  emptyInputs: (item, wanted = always) =>
    typeOf(item) === 'function_call' && fields(item)['arguments'] !== '{}' && wanted(callId(item))
      ? { ...item, arguments: '{}' }
      : item,
  dropImages: (item, placeholder) => {
    const said = fields(item)[key(item)];
    if (!Array.isArray(said) || !said.some(isImage)) return item;
    const text = { type: 'input_text', text: placeholder };
    return { ...item, [key(item)]: said.map((part: unknown) => (isImage(part) ? text : part)) };
  },
  create: <M extends ResponsesItem>(role: string, text: string) => ({ role, content: text }) as unknown as M,
};
