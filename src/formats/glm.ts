import { glmCalls, glmTags, glmTightCalls, writeGlmCall } from '../body/calls/glm.js';
import { tojson } from '../body/tags/values.js';
import { markerDialect } from '../dialect/markers/complete.js';
import { dropReasoning, toolTexts } from '../dialect/template.js';
import { lastUser, templateCall } from '../dialect/template-calls.js';
import type {
  MarkerDialect,
  MarkerDialectDefinition,
  Marks,
  Template,
  TemplateInput,
  TemplateMessage,
} from '../dialect/types.js';
import { own, type Pieces, w } from '../text/pieces.js';

const BOS = '[gMASK]<sop>';

const toolsText = (gap: '\n' | ''): [string, string] => {
  const example = ['<arg_key>{arg-key-1}</arg_key>', '<arg_value>{arg-value-1}</arg_value>'];
  const second = example.map((line) => line.replaceAll('-1}', '-2}'));
  const call = ['<tool_call>{function-name}', ...example, ...second, '...', '</tool_call>'].join(gap);
  return [
    '# Tools\n\nYou may call one or more functions to assist with the user query.\n\nYou are provided with function signatures within <tools></tools> XML tags:\n<tools>\n',
    `</tools>\n\nFor each function call, output the function name and arguments within the following XML format:\n${call}`,
  ];
};

/** Words of an assistant, without the white space around them, as the template takes it off. */
function answer(input: TemplateInput, message: TemplateMessage, keeps: boolean, gap: '\n' | ''): Pieces {
  const words = input.trim(message.content);
  const thoughts = keeps && message.reasoning !== undefined ? input.trim(message.reasoning) : undefined;
  if (!keeps) dropReasoning(input, message);
  const none = gap === '' ? w`</think>` : w`\n<think></think>`;
  const front =
    thoughts === undefined || thoughts.text === '' ? none : w`${own(gap)}<think>${thoughts}</think>`;
  const calls = message.calls.map(
    (call) => w`${own(gap)}${templateCall(input, call, glmTags, writeGlmCall(gap), { plain: tojson })}`,
  );
  return w`<|assistant|>${front}${words.text === '' ? [] : w`${own(gap)}${words}`}${calls}`;
}

/** `gap` stands between marks and words: a line end in GLM 4.5 and 4.6, nothing later. */
const glmTemplate =
  (gap: '\n' | ''): Template =>
  (input) => {
    const { messages, options } = input;
    const space = own(gap);
    const quiet = options['enable_thinking'] === false;
    const out: Pieces[] = [w`${own(BOS)}`];
    if (input.tools.length > 0) {
      const [before, behind] = toolsText(gap);
      const list = toolTexts(input).map((text) => w`${text}\n`);
      out.push(w`<|system|>\n${own(before)}${list}${own(behind)}`);
    }
    const question = lastUser(messages);
    for (const [i, message] of messages.entries()) {
      if (message.role === 'assistant')
        out.push(
          answer(input, message, i > question || (gap === '' && options['clear_thinking'] === false), gap),
        );
      else if (message.role === 'tool') {
        const mark = own(messages[i - 1]?.role === 'tool' ? '' : '<|observation|>');
        out.push(w`${mark}${space}<tool_response>${space}${message.content}${space}</tool_response>`);
      } else if (message.role === 'user') {
        const told = message.content.text.endsWith('/nothink');
        const ending = own(gap !== '' && quiet && !told ? '/nothink' : '');
        out.push(w`<|user|>${space}${message.content}${ending}`);
      } else out.push(w`<|system|>${space}${message.content}`);
    }
    if (!input.generationPrompt) return out;
    const open = gap === '' ? (quiet ? '</think>' : '<think>') : quiet ? '\n<think></think>' : '';
    out.push(w`<|assistant|>${own(open)}`);
    return out;
  };

const control = [
  '<|endoftext|>',
  '[MASK]',
  '[gMASK]',
  '[sMASK]',
  '<sop>',
  '<eop>',
  '<|system|>',
  '<|user|>',
  '<|assistant|>',
  '<|observation|>',
  '<|begin_of_image|>',
  '<|end_of_image|>',
  '<|begin_of_video|>',
  '<|end_of_video|>',
  '<|begin_of_audio|>',
  '<|end_of_audio|>',
  '<|image|>',
  '<|video|>',
  '<think>',
  '</think>',
  '<tool_call>',
  '</tool_call>',
  '<tool_response>',
  '</tool_response>',
  '<arg_key>',
  '</arg_key>',
  '<arg_value>',
  '</arg_value>',
];

function family(gap: '\n' | ''): Omit<MarkerDialectDefinition, 'name'> {
  const turn = (role: string): Marks => ({ open: `<|${role}|>${gap}`, close: '' });
  const result = `${gap}<tool_response>${gap}`;
  return {
    bos: BOS,
    roles: {
      system: turn('system'),
      user: turn('user'),
      assistant: turn('assistant'),
      tool: { open: `<|observation|>${result}`, close: `${gap}</tool_response>` },
    },
    after: { 'tool>tool': result },
    generation: '<|assistant|>',
    specialTokens: control,
    stop: ['<|user|>', '<|observation|>', '<|endoftext|>'],
    reasoning: {
      open: '<think>',
      close: `</think>${gap}`,
      none: gap === '' ? '</think>' : '<think></think>\n',
    },
    signs: [BOS, '<|observation|>', ...(gap === '' ? ['<|assistant|></think>', '<|assistant|><think>'] : [])],
    template: glmTemplate(gap),
  };
}

/** GLM 4.5 and 4.6, whose reasoning can be switched off by `templateOptions.enable_thinking`. Source: the models' template. */
export const glm45: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...family('\n'),
  ids: ['glm-4\\.5(-air)?', 'glm-4\\.6'],
  name: 'glm-4.5',
  models: 'GLM 4.5 and 4.6',
  calls: glmCalls,
}));

/** GLM 4.7 and 5: no line ends around marks; `templateOptions.clear_thinking: false` keeps earlier reasoning. */
export const glm47: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...family(''),
  ids: ['glm-4\\.7-flash'],
  name: 'glm-4.7',
  models: 'GLM 4.7 and 5',
  calls: glmTightCalls,
}));
