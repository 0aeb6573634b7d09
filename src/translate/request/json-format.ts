import { RolecallError } from '../../errors.js';
import type { ChatRequest } from '../../schemas/chat.js';
import type { Message } from '../../schemas/messages.js';
import { info, lossy, type Notes } from '../notes.js';
import type { Server } from '../servers.js';
import type { ToCompletionRequestOptions } from './options.js';

/** Asks for JSON as the server can be asked for it. Gives the messages, with the instruction where words must do. */
export function applyFormat(
  { messages, response_format: format }: ChatRequest,
  server: Server,
  { responseFormat = 'auto' }: ToCompletionRequestOptions,
  request: Record<string, unknown>,
  notes: Notes,
): Message[] {
  if (format === undefined || format === null) return messages;
  if (format.type === 'text') {
    info(notes, 'dropped-field', 'response_format', 'A completion is text, which is all that is asked for.');
    return messages;
  }
  const schema = format.type === 'json_schema' ? format.json_schema.schema : undefined;
  if (responseFormat === 'pass' || (responseFormat === 'auto' && server.json === 'response_format')) {
    request['response_format'] = format;
    return messages;
  }
  if (responseFormat === 'auto' && server.json === 'json_schema') {
    if (request['json_schema'] !== undefined) {
      lossy(notes, 'dropped-field', 'response_format', 'The request has a json_schema as well, which holds.');
      return messages;
    }
    request['json_schema'] = schema ?? {};
    if (format.type === 'json_schema') {
      info(
        notes,
        'dropped-field',
        'response_format',
        'The schema is sent in json_schema; its name and description go.',
      );
    }
    return messages;
  }
  if (responseFormat !== 'instruct') {
    const message =
      'The server can not be made to write JSON; responseFormat: "instruct" asks for it in words.';
    throw new RolecallError('unsupported', message, { path: 'response_format' });
  }
  lossy(notes, 'emulated', 'response_format', 'JSON is asked for in words, and not enforced.');
  const words =
    schema === undefined
      ? 'Answer with one JSON object and nothing else.'
      : `Answer with one JSON value and nothing else. It must follow this JSON Schema:\n${JSON.stringify(schema)}`;
  const [first, ...rest] = messages;
  if ((first?.role === 'system' || first?.role === 'developer') && typeof first.content === 'string') {
    return [{ ...first, content: `${first.content}\n\n${words}` }, ...rest];
  }
  return [{ role: 'system', content: words }, ...messages];
}
