import type { MarkerDialect } from '../dialect/types.js';
import { RolecallError } from '../errors.js';
import type { Call, ToolSyntax } from './call.js';
import { callObject, genericCalls } from './generic.js';

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
  escaped: (text: string) => string,
  path: string,
): string {
  const list = (withId: boolean): string => {
    const objects = calls.map((call) =>
      callObject(call, 'arguments', withId ? `, "id": ${JSON.stringify(call.id ?? '')}` : ''),
    );
    return escaped(`[${objects.join(', ')}]`);
  };
  switch (syntax) {
    case 'llama':
      return `<|python_tag|>${escaped(calls.map((call) => callObject(call, 'parameters')).join('; '))}`;
    case 'mistral':
      return `[TOOL_CALLS] ${list(true)}`;
    case 'granite':
      return `<|tool_call|>${list(false)}`;
    case 'deepseek': {
      const one = ({ name, arguments: args }: Call): string =>
        `<｜tool▁call▁begin｜>function<｜tool▁sep｜>${escaped(plainName(name, path))}\n\`\`\`json\n${escaped(args)}\n\`\`\`<｜tool▁call▁end｜>`;
      return `<｜tool▁calls▁begin｜>${calls.map(one).join('\n')}<｜tool▁calls▁end｜>`;
    }
    case 'harmony':
      return calls
        .map(
          ({ name, arguments: args }) =>
            `<|start|>assistant to=functions.${plainName(name, path)}<|channel|>commentary json<|message|>${escaped(args)}`,
        )
        .join('<|end|>');
    default:
      return genericCalls(calls, words, escaped);
  }
}

/** True where an assistant's calls stand between tokens of the dialect, so that words can't be mistaken for them. */
export const hasCallTokens = (dialect: MarkerDialect): boolean =>
  dialect.toolSyntax !== null && dialect.toolSyntax !== 'command-r';
