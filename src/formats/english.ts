import { labelDialect } from '../dialect/labels/complete.js';

/** `System: … User: … Assistant:`, one line end between turns. */
export const userAssistant = /* @__PURE__ */ labelDialect({
  name: 'user-assistant',
  labels: { system: 'System', user: 'User', assistant: 'Assistant' },
});

/** OpenAI's chat example and LangChain's buffer string: `Human: … AI:`. */
export const humanAi = /* @__PURE__ */ labelDialect({
  name: 'human-ai',
  labels: { system: 'System', user: 'Human', assistant: 'AI' },
});

/** `Human: … Assistant:` without the blank lines of the Anthropic form. */
export const humanAssistant = /* @__PURE__ */ labelDialect({
  name: 'human-assistant',
  labels: { system: 'System', user: 'Human', assistant: 'Assistant' },
});

/** Anthropic's text completions: `\n\nHuman: …\n\nAssistant:`, system text before the first turn. */
export const anthropic = /* @__PURE__ */ labelDialect({
  name: 'anthropic',
  labels: { system: 'System', user: 'Human', assistant: 'Assistant' },
  separator: '\n\n',
  lead: '\n\n',
  stop: ['\n\nHuman:'],
});

/** OpenAI's question answering example: `Q: … A:`, a blank line between pairs is content's. */
export const qA = /* @__PURE__ */ labelDialect({
  name: 'q-a',
  labels: { system: 'System', user: ['Q', 'Question'], assistant: ['A', 'Answer'] },
});

/** OpenAI's friend chat example: `You: … Friend:`. */
export const youFriend = /* @__PURE__ */ labelDialect({
  name: 'you-friend',
  labels: { system: 'System', user: 'You', assistant: 'Friend' },
});

/** The customer support example of OpenAI's fine-tuning guide: `Customer: … Agent:`. */
export const customerAgent = /* @__PURE__ */ labelDialect({
  name: 'customer-agent',
  labels: { system: 'System', user: 'Customer', assistant: 'Agent' },
});

/** Promptflow and Prompty: `# user:` alone on its line. */
export const prompty = /* @__PURE__ */ labelDialect({
  name: 'prompty',
  labels: { system: '# system', user: '# user', assistant: '# assistant' },
  alone: true,
  separator: '\n\n',
  systemPlacement: 'label',
  stop: ['\n# user:'],
});

/** The Vercel AI SDK's completion prompts: `user:` alone on its line, turns set apart by a blank line. */
export const aiSdk = /* @__PURE__ */ labelDialect({
  name: 'ai-sdk',
  labels: { system: 'system', user: 'user', assistant: 'assistant' },
  alone: true,
  separator: '\n\n',
  stop: ['\nuser:'],
});
