import type { ChatRequest } from '../schemas/chat.js';
import type { Tool } from '../schemas/tools.js';
import { info, lossy, type Notes } from './notes.js';

const nameOf = (tool: Tool): string => (tool.type === 'function' ? tool.function.name : tool.custom.name);

/** The tools to write into the prompt; `fields` are those that the request named them in. A completion can be offered tools, but not made to use one. */
export function offeredTools(
  { tools = [], tool_choice: choice }: ChatRequest,
  fields: readonly string[],
  notes: Notes,
): Tool[] {
  if (choice === undefined || choice === null || choice === 'auto') return [...tools];
  if (choice === 'none') {
    for (const field of fields) info(notes, 'tool-choice', field, 'No tool may be used, so none is offered.');
    return [];
  }
  const must = 'A completion can be offered tools, but not made to use one.';
  if (choice === 'required') {
    lossy(notes, 'tool-choice', 'tool_choice', must);
    return [...tools];
  }
  if (choice.type === 'allowed_tools') {
    const allowed = new Set(choice.allowed_tools.tools.map(allowedName));
    const kept = tools.filter((tool) => allowed.has(nameOf(tool)));
    for (const field of fields)
      info(notes, 'tool-choice', field, 'Only the tools that are allowed are offered.');
    if (choice.allowed_tools.mode === 'required')
      lossy(notes, 'tool-choice', 'tool_choice.allowed_tools.mode', must);
    return kept;
  }
  const wanted = choice.type === 'function' ? choice.function.name : choice.custom.name;
  lossy(notes, 'tool-choice', 'tool_choice', `${must} Only "${wanted}" is offered.`);
  return tools.filter((tool) => nameOf(tool) === wanted);
}

function allowedName(tool: Record<string, unknown>): unknown {
  for (const key of ['function', 'custom']) {
    const inner = tool[key];
    if (typeof inner === 'object' && inner !== null && 'name' in inner) return inner.name;
  }
  return tool['name'];
}
