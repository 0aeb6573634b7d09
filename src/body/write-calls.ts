import { RolecallError } from '../errors.js';
import { isJson } from '../text/json.js';
import { type Content, listed, type Pieces, w } from '../text/pieces.js';
import type { Call, ToolSyntax } from './call.js';
import { type CallContent, callObject, genericCalls } from './generic.js';

export const plainName = (name: string, path: string): string => {
  if (/^[\w.:-]+$/.test(name)) return name;
  throw new RolecallError(
    'unrepresentable',
    `The dialect can't write a call of a function named ${JSON.stringify(name)}.`,
    { path },
  );
};

/** Calls as they stand behind an assistant's words, so that they can be told from words. */
export function writeCalls(
  syntax: ToolSyntax,
  calls: readonly Call[],
  words: string,
  content: CallContent,
  path: string,
): Pieces {
  const objects = (options?: { key?: string; withId?: boolean }): Pieces[] =>
    calls.map((call) => callObject(call, content, options));
  /** Arguments that stand by themselves: JSON where they are JSON, else text. */
  const bare = (args: string): Content => content(args, isJson(args) ? 'json' : 'text');
  const named = (name: string): Content => content(plainName(name, path), 'text');
  switch (syntax) {
    case 'llama':
      return w`<|python_tag|>${listed(objects({ key: 'parameters' }), '; ')}`;
    case 'mistral':
      return w`[TOOL_CALLS] [${listed(objects({ withId: true }), ', ')}]`;
    case 'granite':
      return w`<|tool_call|>[${listed(objects(), ', ')}]`;
    case 'deepseek': {
      const written = calls.map(
        ({ name, arguments: args }) =>
          w`<｜tool▁call▁begin｜>function<｜tool▁sep｜>${named(name)}\n\`\`\`json\n${bare(args)}\n\`\`\`<｜tool▁call▁end｜>`,
      );
      return w`<｜tool▁calls▁begin｜>${listed(written, '\n')}<｜tool▁calls▁end｜>`;
    }
    case 'harmony':
      return listed(
        calls.map(
          ({ name, arguments: args }) =>
            w` to=functions.${named(name)}<|channel|>commentary json<|message|>${bare(args)}`,
        ),
        '<|end|><|start|>assistant',
      );
    default:
      return genericCalls(calls, words, content);
  }
}
