import { labelDialect } from '../dialect/labels/complete.js';
import { splitSystem } from '../dialect/template.js';
import type { LabelDialect, Template } from '../dialect/types.js';
import { mapped, own, type Pieces, w } from '../text/pieces.js';

const falconTemplate: Template = (input) => {
  const { system, rest } = splitSystem(input.messages);
  const out: Pieces[] = [];
  if (system !== undefined && rest.length > 0) out.push([input.trim(system.content)]);
  if (system !== undefined && rest.length === 0) {
    input.lossy('dropped-turn', system.path, "The models' template writes no system text without a turn.");
  }
  for (const message of rest) {
    const trimmed = input.trim(message.content);
    const content = mapped(trimmed, (text) => text.replaceAll('\r\n', '\n').replaceAll('\n\n', '\n'));
    if (content.text !== trimmed.text)
      input.lossy(
        'template-text',
        `${message.path}.content`,
        "The models' template takes blank lines out of the text.",
      );
    const speaker = message.role === 'assistant' ? 'Assistant' : 'User';
    if (message.role !== 'user' && message.role !== 'assistant') {
      input.lossy(
        'role-changed',
        `${message.path}.role`,
        'The models know no such turn here; the user speaks the text.',
      );
    }
    out.push(w`\n\n${own(speaker)}: ${content}`);
  }
  if (input.generationPrompt) out.push(w`\n\nAssistant:`);
  return out;
};

/** Both families share a tokenizer. */
const specialTokens = [
  '<|endoftext|>',
  '>>TITLE<<',
  '>>ABSTRACT<<',
  '>>INTRODUCTION<<',
  '>>SUMMARY<<',
  '>>COMMENT<<',
  '>>ANSWER<<',
  '>>QUESTION<<',
  '>>DOMAIN<<',
  '>>PREFIX<<',
  '>>SUFFIX<<',
  '>>MIDDLE<<',
];

/** Falcon 7B and 40B Instruct: `User: …`, a blank line, `Assistant: …`. */
export const falcon: LabelDialect = /* @__PURE__ */ labelDialect({
  name: 'falcon',
  labels: { system: 'System', user: 'User', assistant: 'Assistant' },
  separator: '\n\n',
  specialTokens,
  stop: ['\nUser:', '<|endoftext|>'],
  template: falconTemplate,
});

/** Falcon 180B Chat: `System: … User: … Falcon:`. */
export const falconChat: LabelDialect = /* @__PURE__ */ labelDialect({
  ids: ['falcon-180b-chat'],
  name: 'falcon-chat',
  labels: { system: 'System', user: 'User', assistant: 'Falcon' },
  systemPlacement: 'label',
  specialTokens,
  stop: ['\nUser:', '<|endoftext|>'],
});
