import { dumpsLine } from '../text/json.js';
import type { Probe, ProbeMessage, ProbeOptions } from './probe.js';

/** In which form a template takes what has several: calls without words, their arguments, the name of a result's function. */
export interface Shape {
  /** What stands for the words of a message that has calls alone; undefined: no member. */
  silent: '' | null | undefined;
  /** Arguments go in as an object, or as JSON text. */
  args: 'object' | 'text';
  /** The template writes calls only where tools are listed. */
  listed: boolean;
}

export interface ProbeCall {
  name: string;
  args: Readonly<Record<string, unknown>>;
  id: string;
}

export const sentinelCall: ProbeCall = { name: 'qzname', args: { qzkey: 'qzvalue' }, id: 'qzcall001' };
export const question: ProbeMessage = { role: 'user', content: 'qzaskqz' };

export const toolOf = (name: string): unknown => ({
  type: 'function',
  function: {
    name,
    description: 'About.',
    parameters: {
      type: 'object',
      properties: { qzkey: { type: 'string', description: 'Key.' } },
      required: [],
    },
  },
});

/** An assistant's message with calls, in a shape. */
export function calling(shape: Shape, calls: readonly ProbeCall[], content = ''): ProbeMessage {
  const words = content === '' ? shape.silent : content;
  return {
    role: 'assistant',
    ...(words === undefined ? {} : { content: words }),
    tool_calls: calls.map(({ name, args, id }) => ({
      id,
      type: 'function',
      function: { name, arguments: shape.args === 'object' ? args : dumpsLine(args) },
    })),
  };
}

export const resultOf = ({ id, name }: ProbeCall, content: string): ProbeMessage => ({
  role: 'tool',
  tool_call_id: id,
  name,
  content,
});

export const optionsOf = (shape: Shape, calls: readonly ProbeCall[] = [sentinelCall]): ProbeOptions =>
  shape.listed ? { tools: calls.map(({ name }) => toolOf(name)) } : {};

const shapes: Shape[] = [false, true].flatMap((listed) =>
  ([null, '', undefined] as const).flatMap((silent) =>
    (['text', 'object'] as const).map((args): Shape => ({ silent, args, listed })),
  ),
);

/** Is a call written, and nothing that stands for what the template could not write? */
function isGood(text: string | null, behind: string): text is string {
  if (text === null) return false;
  const turn = text.slice(text.lastIndexOf(behind) + behind.length);
  if (!turn.includes(sentinelCall.name) || !turn.includes('qzvalue') || !turn.includes('qzkey')) return false;
  return !/\[object \w+\]|\\+"qzkey|\b(?:None|null|undefined)\b/.test(turn);
}

/** The shape in which a template writes calls; null where it writes none. */
export function shapeOf(probe: Probe): Shape | null {
  const result = resultOf(sentinelCall, 'qzresultqz');
  const onward = [result, { role: 'assistant', content: 'Then.' }, { role: 'user', content: 'More.' }];
  // A longer history tells more: some templates refuse there what they take at the end.
  for (const rest of [onward, [result], []]) {
    for (const shape of shapes) {
      const written = (given: Shape): string | null =>
        probe.render([question, calling(given, [sentinelCall]), ...rest], optionsOf(given));
      const text = written(shape);
      if (!isGood(text, 'qzaskqz')) continue;
      if (shape.args === 'object') return shape;
      // An object is respaced by the template; a text stays as it is, where that is all the same to the template.
      const asObject = { ...shape, args: 'object' as const };
      const other = written(asObject);
      return other === text || !isGood(other, 'qzaskqz') ? shape : asObject;
    }
  }
  return null;
}
