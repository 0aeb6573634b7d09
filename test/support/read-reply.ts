import {
  type ChatRequest,
  collectChatStream,
  type MarkerDialect,
  toChatChunks,
  toChatResponse,
  toCompletionRequest,
} from '../../src/index.js';

type Asked = Pick<ChatRequest, 'messages'> & { tools?: readonly unknown[] };

/** The choice that a model's text becomes, behind the prompt of a request: read whole, and unit by unit. */
export async function readReply(dialect: MarkerDialect, text: string, asked: Asked) {
  const context = (stream: boolean) =>
    toCompletionRequest({ model: 'm', ...asked, stream } as never, { dialect }).context;
  const base = { id: 'c', object: 'text_completion' as const, created: 1, model: 'm' };
  const choice = { index: 0, logprobs: null };
  const whole = toChatResponse(
    { ...base, choices: [{ ...choice, text, finish_reason: 'stop' }] },
    context(false),
    { dialect },
  ).response.choices[0]!;
  const chunks = [...text].map((unit) => ({
    ...base,
    choices: [{ ...choice, text: unit, finish_reason: null }],
  }));
  const end = { ...base, choices: [{ ...choice, text: '', finish_reason: 'stop' as const }] };
  const streamed = await collectChatStream(toChatChunks([...chunks, end], context(true), { dialect }));
  return { whole, streamed: streamed.choices[0]! };
}
