import { mistralIdCalls, mistralNamedCalls } from '../body/calls/mistral-named.js';
import { markerDialect } from '../dialect/markers/complete.js';
import { callJson, toolTexts } from '../dialect/template.js';
import { refusedByTemplate } from '../dialect/template-calls.js';
import type {
  MarkerDialect,
  MarkerDialectDefinition,
  Template,
  TemplateInput,
  TemplateMessage,
} from '../dialect/types.js';
import { listed, own, type Pieces, w } from '../text/pieces.js';
import { callId, tekkenTokens, v7 } from './mistral.js';

/** Version 11 has no tokens for reasoning yet. */
const thinkMarks = { 11: ['<think>', '</think>'], 13: ['[THINK]', '[/THINK]'] } as const;

/** Words of an assistant: reasoning, answer, and calls, each behind a mark of its own. */
function answer(input: TemplateInput, message: TemplateMessage, version: 11 | 13): Pieces {
  const { reasoning, content } = message;
  const [open, close] = thinkMarks[version];
  const thinks = reasoning !== undefined && reasoning.text !== '';
  const front = thinks ? w`${own(open)}${reasoning}${own(close)}` : [];
  const calls = message.calls.map((call) => {
    const id = version === 11 ? w`[CALL_ID]${callId(input, call.id)}` : [];
    return w`[TOOL_CALLS]${call.name}${id}[ARGS]${callJson(input, call)}`;
  });
  return w`${front}${content}${calls}`;
}

/** Mistral's own templates, as its tokenizer library has them: tools stand before the last question, or (13) before the first. */
const template =
  (version: 11 | 13): Template =>
  (input) => {
    const { messages } = input;
    const isUser = ({ role }: TemplateMessage): boolean => role === 'user';
    const question = version === 13 ? messages.findIndex(isUser) : messages.findLastIndex(isUser);
    const last = messages.length - 1;
    const out: Pieces[] = [w`<s>`];
    for (const [i, message] of messages.entries()) {
      const { role, content } = message;
      if (role === 'user') {
        if (i === question && input.tools.length > 0)
          out.push(w`[AVAILABLE_TOOLS][${listed(toolTexts(input), ', ')}][/AVAILABLE_TOOLS]`);
        out.push(w`[INST]${content}[/INST]`);
      } else if (role === 'tool') {
        const id = version === 11 ? w`${callId(input, message.callId)}[TOOL_CONTENT]` : [];
        out.push(w`[TOOL_RESULTS]${id}${content}[/TOOL_RESULTS]`);
      } else if (role === 'assistant') {
        if (content.text === '' && message.calls.length === 0)
          refusedByTemplate(input, message.path, 'an empty message of the assistant');
        out.push(w`${answer(input, message, version)}${own(input.continues && i === last ? '' : '</s>')}`);
      } else {
        if (messages[i - 1]?.role === 'assistant')
          refusedByTemplate(input, message.path, 'a system message behind one of the assistant');
        out.push(w`[SYSTEM_PROMPT]${content}[/SYSTEM_PROMPT]`);
      }
    }
    return out;
  };

function family(version: 11 | 13): Omit<MarkerDialectDefinition, 'name'> {
  return {
    ...v7(''),
    alternation: 'strict',
    specialTokens: tekkenTokens(),
    reasoning: { open: thinkMarks[version][0], close: thinkMarks[version][1] },
    template: template(version),
  };
}

/** Mistral's eleventh version: calls with ids, and reasoning. Source: the templates of Mistral's tokenizer library. */
export const mistralV11: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...family(11),
  name: 'mistral-v11',
  models: 'Mistral Small 3.2, Magistral, Devstral Small 2507',
  calls: mistralIdCalls,
  signs: ['[CALL_ID]'],
}));

/** Mistral's thirteenth version: calls without ids, and reasoning. */
export const mistralV13: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...family(13),
  name: 'mistral-v13',
  models: 'Magistral 2509, Ministral 3, Devstral 2',
  toolResult: 'text',
  calls: mistralNamedCalls,
  signs: ['[THINK]'],
}));
