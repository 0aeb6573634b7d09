import type { ReplyShape } from '../calls/find.js';

/** What a value is on the way from a call to the text of its reply. */
export type ValueKind = ReplyShape | 'raw' | 'choices' | 'choice' | 'stream';

/** Where a property leads: to another value, to the text, to what does not matter, or out of sight. */
export type Lead = ValueKind | 'text' | 'harmless' | 'lines' | 'out';

const envelope = /^(status|statusText|headers|config|request)$/;
const response =
  /^(ok|status|statusText|status_code|headers|reason|is_success|is_error|is_client_error|url|elapsed|raise_for_status|close|release|encoding|redirected|type|request)$/;
const lines =
  /^(body|iter_lines|iter_content|iter_text|iter_raw|aiter_lines|aiter_text|raw|getReader|on|pipe)$/;
const replyMethods =
  /^(to_dict|to_dict_recursive|json|model_dump|model_dump_json|keys|values|items|toJSON|copy)$/;

/** Where a property of a value leads. A method of lists and promises is told by who asks. */
export function leadOf(kind: ValueKind, name: string): Lead {
  switch (kind) {
    case 'envelope':
      if (name === 'data') return 'reply';
      return envelope.test(name) ? 'harmless' : 'out';
    case 'response':
      if (name === 'json') return 'reply';
      if (name === 'text' || name === 'content') return 'raw';
      if (lines.test(name)) return 'lines';
      return response.test(name) ? 'harmless' : 'out';
    case 'raw':
      return 'out';
    case 'reply':
      if (name === 'choices') return 'choices';
      return replyMethods.test(name) ? 'out' : 'harmless';
    case 'choices':
      return name === 'length' ? 'harmless' : 'out';
    case 'choice':
      if (name === 'text') return 'text';
      return replyMethods.test(name) ? 'out' : 'harmless';
    case 'stream':
      return lines.test(name) ? 'lines' : 'out';
  }
}
