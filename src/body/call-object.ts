import { membersOf } from '../text/json.js';
import type { Call } from './call.js';

/** The call in a JSON object, under the names that models give to its members; null where it is none. */
export function callOf(object: string): Call | null {
  const members = membersOf(object);
  if (members === null) return null;
  const inner = members.get('function');
  if (inner?.startsWith('{')) {
    const call = callOf(inner);
    const id = members.get('id');
    return call === null || id === undefined ? call : { ...call, id: plainText(id) };
  }
  const name = members.get('name') ?? members.get('tool_name') ?? inner;
  if (name === undefined || !name.startsWith('"')) return null;
  const args = members.get('arguments') ?? members.get('parameters') ?? '{}';
  const id = members.get('id') ?? members.get('tool_call_id');
  const call: Call = { name: plainText(name), arguments: plainText(args) };
  return id === undefined ? call : { ...call, id: plainText(id) };
}

/** The call in an object whose one member is its arguments, under its name; null where it is none. */
export function keyedCall(object: string): Call | null {
  const [member, ...others] = membersOf(object) ?? [];
  if (member === undefined || others.length > 0 || !member[1].startsWith('{')) return null;
  return { name: member[0], arguments: member[1] };
}

/** A JSON string's text; any other JSON stands as it is. */
const plainText = (json: string): string => (json.startsWith('"') ? (JSON.parse(json) as string) : json);
