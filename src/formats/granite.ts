import { graniteCalls } from '../body/calls/granite.js';
import { markerDialect } from '../dialect/markers/complete.js';
import {
  callJson,
  dateOption,
  defaultSystem,
  definition,
  splitSystem,
  toolTexts,
} from '../dialect/template.js';
import type { MarkerDialect, Marks, Template, TemplateInput, TemplateMessage } from '../dialect/types.js';
import { dumps } from '../text/json.js';
import { json, listed, own, type Pieces, w } from '../text/pieces.js';

const turn = (role: string): Marks => ({
  open: `<|start_of_role|>${role}<|end_of_role|>`,
  close: '<|end_of_text|>\n',
});

/** A turn; calls stand behind the token that the system text tells the model to write. */
function turnText(input: TemplateInput, message: TemplateMessage, role: string, isLast: boolean): Pieces {
  const list = message.calls.map(
    (call) => w`{"name": ${json(call.name)}, "arguments": ${callJson(input, call)}}`,
  );
  const calls = list.length === 0 ? [] : w`<|tool_call|>[${listed(list, ', ')}]`;
  const end = own(input.continues && isLast ? '' : '<|end_of_text|>\n');
  return w`<|start_of_role|>${own(role)}<|end_of_role|>${message.content}${calls}${end}`;
}

const granite30Template: Template = (input) => {
  const last = input.messages.length - 1;
  const out: Pieces[] = [];
  if (input.tools.length > 0)
    out.push(
      w`<|start_of_role|>available_tools<|end_of_role|>\n${listed(toolTexts(input, 4), '\n\n')}<|end_of_text|>\n`,
    );
  for (const [i, message] of input.messages.entries()) {
    const role =
      message.role === 'developer' ? 'system' : message.role === 'tool' ? 'tool_response' : message.role;
    out.push(turnText(input, message, role, i === last));
  }
  if (input.generationPrompt) out.push(w`<|start_of_role|>assistant<|end_of_role|>`);
  return out;
};

const TOOLS =
  " You are a helpful assistant with access to the following tools. When a tool is required to answer the user's query, respond only with <|tool_call|> followed by a JSON list of tools used. If a tool does not exist in the provided list of tools, notify the user that you do not have the ability to fulfill the request.";

const THINKING =
  ' You are a helpful AI assistant.\nRespond to every user query in a comprehensive and detailed way. You can write down your thoughts and reasoning process before responding. In the thought process, engage in a comprehensive cycle of analysis, summarization, exploration, reassessment, reflection, backtracing, and iteration to develop well-considered thinking process. In the response section, based on various attempts, explorations, and reflections from the thoughts section, systematically present the final solution that you deem correct. The response should summarize the thought process. Write your thoughts between <think></think> and write your response between <response></response> for each user query.';

const granite33Template: Template = (input) => {
  const { system, rest } = splitSystem(input.messages);
  const date = system === undefined ? dateOption(input, 'date') : '';
  const thinks = input.options['thinking'] === true;
  const role = input.tools.length > 0 ? TOOLS : thinks ? THINKING : ' You are a helpful AI assistant.';
  const text =
    system?.content ??
    own(
      defaultSystem(
        input,
        `Knowledge Cutoff Date: April 2024. Today's Date: ${date}. You are Granite, developed by IBM.${role}`,
      ),
    );
  const out: Pieces[] = [];
  if (!('own' in text) || text.own !== '')
    out.push(w`<|start_of_role|>system<|end_of_role|>${text}<|end_of_text|>\n`);
  if (input.tools.length > 0) {
    const list = definition(dumps(input.tools, 4), 'json');
    out.push(w`<|start_of_role|>available_tools<|end_of_role|>${list}<|end_of_text|>\n`);
  }
  const last = rest.length - 1;
  for (const [i, message] of rest.entries()) {
    const name = message.role === 'developer' ? 'system' : message.role;
    out.push(turnText(input, message, name, i === last));
  }
  if (input.generationPrompt && rest.length > 0) out.push(w`<|start_of_role|>assistant<|end_of_role|>`);
  return out;
};

const family = () =>
  ({
    roles: { system: turn('system'), user: turn('user'), assistant: turn('assistant'), tool: turn('tool') },
    specialTokens: [
      '<|start_of_role|>',
      '<|end_of_role|>',
      '<|end_of_text|>',
      '<|tool_call|>',
      '<|start_of_cite|>',
      '<|end_of_cite|>',
      '<|start_of_plugin|>',
      '<|end_of_plugin|>',
      '<fim_prefix>',
      '<fim_middle>',
      '<fim_suffix>',
      '<fim_pad>',
      '<filename>',
      '<reponame>',
      '<gh_stars>',
      '<issue_start>',
      '<issue_comment>',
      '<issue_closed>',
      '<jupyter_start>',
      '<jupyter_text>',
      '<jupyter_code>',
      '<jupyter_output>',
      '<empty_output>',
      '<commit_before>',
      '<commit_msg>',
      '<commit_after>',
    ],
    stop: ['<|end_of_text|>'],
    calls: graniteCalls,
  }) as const;

/** Granite 3.1 to 3.3; the date in its own system text is `templateOptions.date` ("April 01, 2025"). */
export const granite: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...family(),
  ids: ['granite-3\\.[123]-#-instruct'],
  name: 'granite',
  models: 'Granite 3.1, 3.2 and 3.3 Instruct',
  reads: { tool: ['<|start_of_role|>tool_response<|end_of_role|>'] },
  template: granite33Template,
}));

/** Granite 3.0. */
export const granite30: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...family(),
  ids: ['granite-3\\.0-#-instruct', 'granite3-dense(:#)?', 'granite3-dense:#-instruct'],
  name: 'granite-3.0',
  models: 'Granite 3.0 Instruct',
  roles: { ...family().roles, tool: turn('tool_response') },
  template: granite30Template,
}));
