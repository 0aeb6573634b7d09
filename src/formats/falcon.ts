import { labelDialect } from '../dialect/labels/complete.js';
import { splitSystem } from '../dialect/template.js';
import type { LabelDialect, Template } from '../dialect/types.js';

const falconTemplate: Template = (input) => {
  const { system, rest } = splitSystem(input.messages);
  let out = system === undefined || rest.length === 0 ? '' : input.trim(system.content, system.path);
  if (system !== undefined && rest.length === 0) {
    input.lossy('dropped-turn', system.path, "The models' template writes no system text without a turn.");
  }
  for (const message of rest) {
    const trimmed = input.trim(message.content, message.path);
    const text = trimmed.replaceAll('\r\n', '\n').replaceAll('\n\n', '\n');
    if (text !== trimmed)
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
    out += `\n\n${speaker}: ${text}`;
  }
  return input.generationPrompt ? `${out}\n\nAssistant:` : out;
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
  name: 'falcon-chat',
  labels: { system: 'System', user: 'User', assistant: 'Falcon' },
  systemPlacement: 'label',
  specialTokens,
  stop: ['\nUser:', '<|endoftext|>'],
});
