import { chatOverCompletions, completionsOverChat, echoModel } from '../../src/fetch/index.js';
import {
  type ChatContext,
  chatChunkConverter,
  collectChatStream,
  collectCompletionStream,
  completionChunkConverter,
  createReasoningSplitter,
  createStopMatcher,
  type Dialect,
  defineDialect,
  detectDialect,
  dialects,
  functionsToTools,
  labelProbabilities,
  type Message,
  normalizeChatResponse,
  normalizeCompletionResponse,
  normalizeError,
  parsePrompt,
  parseToolCalls,
  prompt,
  renderPrompt,
  separateReasoning,
  toChatRequest,
  toChatResponse,
  toCompletionRequest,
  toCompletionResponse,
  toolsToFunctions,
  unparsePrompt,
} from '../../src/index.js';
import { jinjaDialect } from '../../src/jinja/index.js';
import { ChatRequest, CompletionRequest } from '../../src/schemas/index.js';
import { frameDecoder, frameEncoder, sseDecoder, sseFrame } from '../../src/sse.js';
import { cl100k_base } from '../../src/tokens/encodings/cl100k_base.js';
import { o200k_base } from '../../src/tokens/encodings/o200k_base.js';
import {
  aiSdkMessages,
  anthropicMessages,
  compactMessages,
  contextWindow,
  countChatTokens,
  createHistory,
  encodingFor,
  estimateCost,
  fitMessages,
  fitPrompt,
  langchainMessages,
  modelInfo,
  responsesItems,
  tokenizerFromJson,
  truncateText,
} from '../../src/tokens/index.js';
import { trainSmall } from '../../test/support/small-bpe.js';

/** A function that takes a text; `pieces` takes the row cut at its units. */
export interface TextSubject {
  name: string;
  dialect?: Dialect;
  run: (text: string, pieces: () => string[]) => unknown;
}

/** A function that takes a list, or a text of a shape of its own. */
export interface ListSubject<T = never> {
  name: string;
  make: (n: number) => T;
  run: (input: T) => unknown;
}

const user = (content: string): Message => ({ role: 'user', content });
const system = (content: string): Message => ({ role: 'system', content });
const assistant = (content: string): Message => ({ role: 'assistant', content });
const called = (args: string, name = 'f', id = 'call_0'): Message => ({
  role: 'assistant',
  content: null,
  tool_calls: [{ id, type: 'function', function: { name, arguments: args } }],
});
const result = (content: string, id = 'call_0'): Message => ({ role: 'tool', tool_call_id: id, content });
const tool = (name: string, parameters: object = {}, description = 'd') => ({
  type: 'function' as const,
  function: { name, description, parameters: { type: 'object', ...parameters } },
});
const chatReply = (message: object) => ({
  id: 'chatcmpl-1', object: 'chat.completion', created: 1, model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: '', ...message }, logprobs: null, finish_reason: 'stop' }],
}); // biome-ignore format: a table
const completion = (text: string, logprobs: object | null = null) => ({
  id: 'cmpl-1', object: 'text_completion', created: 1, model: 'm', choices: [{ index: 0, text, logprobs, finish_reason: 'stop' }],
}); // biome-ignore format: a table

/** Contexts as the request conversions make them. */
function chatContextOf(dialect: Dialect, tools: boolean): ChatContext | undefined {
  try {
    const request = {
      model: 'm',
      messages: [user('Hi')],
      stop: ['STOP'],
      ...(tools ? { tools: [tool('f')] } : {}),
    };
    return toCompletionRequest(request, { dialect }).context;
  } catch {
    return undefined;
  }
}
const completionContext = toChatRequest({
  model: 'm',
  prompt: 'User: Hi\nAssistant:',
  stop: ['STOP', '\nUser:'],
}).context;

const conversions: TextSubject[] = [
  { name: 'parsePrompt', run: (text) => parsePrompt(text) },
  { name: 'parsePrompt, tidy', run: (text) => parsePrompt(text, { whitespace: 'tidy' }) },
  { name: 'parsePrompt and unparsePrompt', run: (text) => unparsePrompt(parsePrompt(text)) },
  { name: 'parsePrompt, stop', run: (text) => parsePrompt(`User: a\n${text}`, { stop: ['\nUser:', text.slice(0, 200)] }) },
  { name: 'parsePrompt, labels', run: (text) => parsePrompt(text, { labels: { assistant: 'Marv', user: 'Me' } }) },
  { name: 'parsePrompt, a long label', run: (text) => parsePrompt(`Me: ${text}`, { labels: { assistant: text } }) },
  { name: 'prompt, a value', run: (text) => prompt`System: a\nUser: ${text}\nAssistant:` },
  { name: 'prompt, trusted', run: (text) => prompt`${prompt.trusted(text)}\nAssistant:` },
  { name: 'detectDialect', run: (text) => detectDialect(text) },
  { name: 'toChatRequest', run: (text) => toChatRequest({ model: 'm', prompt: text }) },
  { name: 'toChatRequest, a stop', run: (text) => toChatRequest({ model: 'm', prompt: 'User: a\nAI:', stop: [text] }) },
  { name: 'toChatRequest, a suffix', run: (text) => toChatRequest({ model: 'm', prompt: text, suffix: text }, { suffix: 'instruct' }) },
  { name: 'toChatRequest, a model', run: (text) => toChatRequest({ model: text, prompt: 'User: a\nAI:' }) },
  { name: 'toCompletionResponse', run: (text) => toCompletionResponse(chatReply({ content: text }), completionContext) },
  { name: 'toCompletionResponse, reasoning', run: (text) => toCompletionResponse(chatReply({ content: 'a', reasoning_content: text }), completionContext, { reasoning: 'think' }) },
  { name: 'toCompletionRequest, a model', run: (text) => toCompletionRequest({ model: text, messages: [user('a')] }) },
  { name: 'toCompletionRequest, a stop', run: (text) => toCompletionRequest({ model: 'm', messages: [user('a')], stop: text }) },
  { name: 'createStopMatcher', run: (text) => createStopMatcher(['STOP', '\nUser:', '\n\n\n!']).push(text) },
  { name: 'createStopMatcher, pieces', run: (_, pieces) => { const stops = createStopMatcher(['STOP', '\nUser:', '\n\n\n!']); for (const piece of pieces()) stops.push(piece); stops.flush(); } },
  { name: 'createStopMatcher, a long stop', run: (text, pieces) => { const stops = createStopMatcher([`${text}x`]); for (const piece of pieces()) stops.push(piece); stops.push('y'); stops.flush(); } },
  { name: 'createReasoningSplitter', run: (_, pieces) => { const splitter = createReasoningSplitter(); for (const piece of pieces()) splitter.push(piece); splitter.flush(); } },
    { name: 'createReasoningSplitter, inside', run: (_, pieces) => { const splitter = createReasoningSplitter({ inside: true }); for (const piece of pieces()) splitter.push(piece); splitter.flush(); } },
  { name: 'normalizeChatResponse', run: (text) => normalizeChatResponse(chatReply({ content: text })) },
  { name: 'normalizeChatResponse, arguments', run: (text) => normalizeChatResponse(chatReply({ tool_calls: [{ id: text, type: 'function', function: { name: text, arguments: text } }] })) },
  { name: 'normalizeCompletionResponse', run: (text) => normalizeCompletionResponse(completion(text)) },
  { name: 'normalizeError, text', run: (text) => normalizeError(text, 500) },
  { name: 'normalizeError, a message', run: (text) => normalizeError({ error: { message: text } }, 400) },
  { name: 'labelProbabilities, a label', run: (text) => labelProbabilities(chatReply({ content: 'a' , ...{} }), [text, 'b']) },
  { name: 'labelProbabilities, tokens', run: (_, pieces) => labelProbabilities(completion('', { tokens: pieces(), token_logprobs: pieces().map(() => -1), top_logprobs: pieces().map((one) => ({ [one]: -1 })) }), ['yes', 'no', ' yes no']) },
  { name: 'toCompletionResponse, logprobs', run: (_, pieces) => toCompletionResponse({ ...chatReply({ content: pieces().join('') }), choices: [{ index: 0, message: { role: 'assistant', content: pieces().join('') }, logprobs: { content: pieces().map((token) => ({ token, logprob: -1, bytes: null, top_logprobs: [] })) }, finish_reason: 'stop' }] } as never, completionContext) },
  { name: 'toChatResponse, logprobs', run: (_, pieces) => toChatResponse(completion(pieces().join(''), { tokens: pieces(), token_logprobs: pieces().map(() => -1), top_logprobs: null, text_offset: null })) },
  { name: 'toCompletionChunks, pieces', run: (_, pieces) => { const converter = completionChunkConverter(completionContext); for (const content of pieces()) converter.push({ choices: [{ index: 0, delta: { content }, finish_reason: null }] }); converter.push({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }); converter.end(); } },
  { name: 'toCompletionChunks, reasoning', run: (_, pieces) => { const converter = completionChunkConverter(completionContext, { reasoning: 'think' }); for (const reasoning_content of pieces()) converter.push({ choices: [{ index: 0, delta: { reasoning_content }, finish_reason: null }] }); converter.push({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }); converter.end(); } },
  { name: 'toCompletionChunks, arguments', run: (_, pieces) => { const converter = completionChunkConverter(completionContext, { toolCalls: 'text' }); for (const piece of pieces()) converter.push({ choices: [{ index: 0, delta: { tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: piece } }] }, finish_reason: null }] } as never); converter.push({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }); converter.end(); } },
  { name: 'collectChatStream', run: (_, pieces) => collectChatStream([...pieces().map((content) => ({ choices: [{ index: 0, delta: { content, reasoning_content: content, refusal: content }, finish_reason: null }] })), { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }]) },
  { name: 'collectCompletionStream', run: (_, pieces) => collectCompletionStream([...pieces().map((text) => ({ choices: [{ index: 0, text, finish_reason: null }] })), { choices: [{ index: 0, text: '', finish_reason: 'stop' }] }]) },
  { name: 'sseDecoder', run: (text) => { const decoder = sseDecoder(); decoder.push(text); decoder.end(); } },
  { name: 'sseDecoder, pieces', run: (_, pieces) => { const decoder = sseDecoder(); for (const piece of pieces()) decoder.push(piece); decoder.end(); } },
  { name: 'frameDecoder', run: (text) => { const decoder = frameDecoder(); decoder.push(text); decoder.end(); } },
  { name: 'frameDecoder, pieces', run: (_, pieces) => { const decoder = frameDecoder(); for (const piece of pieces()) decoder.push(piece); decoder.end(); } },
  { name: 'frameDecoder, a value', run: (text) => { const decoder = frameDecoder(); decoder.push(`data: ${JSON.stringify({ text })}\n\n`); decoder.end(); } },
  { name: 'frameEncoder', run: (text) => frameEncoder().push({ text }) },
  { name: 'sseFrame', run: (text) => sseFrame(text) },
  { name: 'ChatRequest', run: (text) => ChatRequest.safeParse({ model: 'm', messages: [user(text)] }) },
  { name: 'CompletionRequest', run: (text) => CompletionRequest.safeParse({ model: 'm', prompt: text }) },
]; // biome-ignore format: a table

/** A tokenizer of a file, small, with its own splits. */
const smallTokenizer = tokenizerFromJson(
  trainSmall('the cat sat on the mat\n\n  and {"a": 1} <|im_start|>', 40) as never,
);

const counting: TextSubject[] = [
  ...[o200k_base, cl100k_base].flatMap((tokenizer): TextSubject[] => [
    { name: `${tokenizer.name}: encode and decode`, run: (text) => tokenizer.decode(tokenizer.encode(text)) },
    { name: `${tokenizer.name}: count`, run: (text) => tokenizer.count(text) },
    { name: `${tokenizer.name}: countUpTo`, run: (text) => tokenizer.countUpTo(text, 100_000) },
  ]),
  { name: 'countChatTokens', run: (text) => countChatTokens({ messages: [user(text)] }, { tokenizer: o200k_base, model: 'gpt-4o' }) },
  { name: 'countChatTokens, arguments', run: (text) => countChatTokens({ messages: [called(text)] }, { tokenizer: o200k_base, model: 'gpt-4o' }) },
  { name: 'countChatTokens, a description', run: (text) => countChatTokens({ messages: [user('a')], tools: [tool('f', {}, text)] }, { tokenizer: o200k_base, model: 'gpt-4o' }) },
  { name: 'fitMessages, cut', run: (text) => fitMessages([user(text)], { tokenizer: o200k_base, model: 'gpt-4o', limit: 1000, oversized: 'middle' }) },
  { name: 'fitPrompt', run: (text) => fitPrompt(text, { tokenizer: o200k_base, limit: 1000, oversized: 'middle' }) },
  { name: 'truncateText', run: (text) => truncateText(text, 1000, { tokenizer: o200k_base, marker: '…' }) },
  { name: 'truncateText, most of it', run: (text) => truncateText(text, Math.floor(text.length / 8), { tokenizer: o200k_base }) },
  { name: 'tokenizerFromJson: encode and decode', run: (text) => smallTokenizer.decode(smallTokenizer.encode(text)) },
  { name: 'modelInfo', run: (text) => modelInfo(text) },
  { name: 'contextWindow', run: (text) => contextWindow(text) },
  { name: 'encodingFor', run: (text) => encodingFor(text) },
  { name: 'encodingFor, a family in front', run: (text) => encodingFor(`gpt-4o${text}`) },
  { name: 'modelInfo, a family in front', run: (text) => modelInfo(`openai/gpt-4o-${text}`) },
  { name: 'estimateCost', run: (text) => estimateCost({ model: `gpt-4o-${text}`, promptTokens: 1, completionTokens: 1 }) },
]; // biome-ignore format: a table

/** What goes over a fetch for one dialect. */
async function ask(fetch: (url: string, init: RequestInit) => Promise<Response>, path: string, body: object): Promise<void> {
  const response = await fetch(`http://localhost/v1/${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  await response.text();
} // biome-ignore format: a table

const edges: TextSubject[] = ['user-assistant', 'qwen3', 'harmony', 'mistral-v3'].flatMap((name): TextSubject[] => {
  const dialect = dialects[name as keyof typeof dialects];
  const chat = chatOverCompletions({ dialect, fetch: echoModel({ dialect, contextWindow: 1e9 }) });
  const completions = completionsOverChat({ fetch: echoModel({ dialect, contextWindow: 1e9 }) });
  const request = { model: 'm', max_tokens: 50 };
  return [
    { name: `chatOverCompletions ${name}`, dialect, run: (text) => ask(chat, 'chat/completions', { ...request, messages: [user(text)] }) },
    { name: `chatOverCompletions ${name}, stream`, dialect, run: (text) => ask(chat, 'chat/completions', { ...request, messages: [user(text)], stream: true }) },
    { name: `completionsOverChat ${name}`, dialect, run: (text) => ask(completions, 'completions', { ...request, prompt: text }) },
  ];
}); // biome-ignore format: a table

function ofDialect(name: string, dialect: Dialect): TextSubject[] {
  const withTools = chatContextOf(dialect, true);
  const plain = chatContextOf(dialect, false);
  const stream = (context: ChatContext | undefined, pieces: string[]): void => {
    const converter = chatChunkConverter(context, { toolCalls: true, reasoning: true });
    for (const text of pieces) converter.push({ choices: [{ index: 0, text, finish_reason: null }] });
    converter.push({ choices: [{ index: 0, text: '', finish_reason: 'stop' }] });
    converter.end();
  };
  const edited = (text: string): string => {
    const parsed = parsePrompt(renderPrompt([user('a'), assistant('b'), user('c')], { dialect }).prompt, {
      dialect,
    });
    return unparsePrompt({
      ...parsed,
      messages: [...parsed.messages.slice(0, -1), user(text), assistant(text)],
    });
  };
  const subjects: TextSubject[] = [
    { name: 'parsePrompt', run: (text) => parsePrompt(text, { dialect }) },
    { name: 'parsePrompt and unparsePrompt', run: (text) => unparsePrompt(parsePrompt(text, { dialect, whitespace: 'tidy' })) },
    { name: 'unparsePrompt, edited', run: edited },
    { name: 'renderPrompt, user', run: (text) => renderPrompt([user(text)], { dialect }) },
    { name: 'renderPrompt, all roles', run: (text) => renderPrompt([system(text), user(text), assistant(text), user('a')], { dialect, fidelity: 'reversible' }) },
    { name: 'renderPrompt, prefill', run: (text) => renderPrompt([user('a'), assistant(text)], { dialect }) },
    { name: 'renderPrompt, neutralize', run: (text) => renderPrompt([user(text)], { dialect, collisions: 'neutralize' }) },
    { name: 'renderPrompt, reasoning', run: (text) => renderPrompt([user('a'), { ...assistant('b'), reasoning_content: text } as Message, user('c')], { dialect }) },
    { name: 'renderPrompt, arguments', run: (text) => renderPrompt([user('a'), called(JSON.stringify({ a: text })), result(text)], { dialect }) },
    { name: 'renderPrompt, arguments as written', run: (text) => renderPrompt([user('a'), called(text), result('b')], { dialect }) },
    { name: 'renderPrompt, a description', run: (text) => renderPrompt([user('a')], { dialect, tools: [tool('f', {}, text)] }) },
    { name: 'renderPrompt, names', run: (text) => renderPrompt([{ ...user('a'), name: text } as Message, called('{}', text), result('b')], { dialect }) },
    { name: 'renderPrompt and parsePrompt', run: (text) => parsePrompt(renderPrompt([user('a'), called(JSON.stringify({ a: text })), result(text)], { dialect, fidelity: 'reversible' }).prompt, { dialect }) },
    { name: 'parseToolCalls', run: (text) => parseToolCalls(text, { dialect }) },
    { name: 'separateReasoning', run: (text) => separateReasoning(text, { dialect }) },
    { name: 'toCompletionRequest', run: (text) => toCompletionRequest({ model: 'm', messages: [user(text)] }, { dialect }) },
    { name: 'toChatResponse', run: (text) => toChatResponse(completion(text), plain) },
    { name: 'toChatResponse, tools', run: (text) => toChatResponse(completion(text), withTools, { toolCalls: true, reasoning: true }) },
    { name: 'toChatChunks', run: (text) => stream(withTools, [text]) },
    { name: 'toChatChunks, pieces', run: (_, pieces) => stream(withTools, pieces()) },
    { name: 'toChatChunks, pieces without tools', run: (_, pieces) => stream(plain, pieces()) },
  ]; // biome-ignore format: a table
  return subjects.map((one) => ({ ...one, name: `${one.name} [${name}]`, dialect }));
}

const jinja = jinjaDialect(
  "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}",
  { eosToken: '<|im_end|>' },
);

export const textSubjects: readonly TextSubject[] = [
  ...conversions,
  ...counting,
  ...edges,
  ...Object.entries(dialects).flatMap(([name, dialect]) => ofDialect(name, dialect)),
  ...ofDialect('jinja', jinja),
];

const repeat = <T>(n: number, one: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => one(i));
const properties = (n: number): object =>
  Object.fromEntries(repeat(n, (i) => [`p${i}`, { type: 'string', description: 'd' }]));
const values = (n: number): string => JSON.stringify(Object.fromEntries(repeat(n, (i) => [`p${i}`, i])));
const list = <T>(name: string, make: (n: number) => T, run: (input: T) => unknown): ListSubject =>
  ({ name, make, run }) as ListSubject<T> as never;
const pairs = (n: number): Message[] => repeat(n, (i) => [user(`a ${i}`), assistant(`b ${i}`)]).flat();
const callPairs = (n: number): Message[] => [
  user('a'),
  ...repeat(n, (i) => [called('{"a":1}', 'f', `call_${i}`), result('b', `call_${i}`)]).flat(),
];
const oneTurnOfCalls = (n: number): Message[] => [
  user('a'),
  { role: 'assistant', content: null, tool_calls: repeat(n, (i) => ({ id: `call_${i}`, type: 'function' as const, function: { name: `f${i}`, arguments: '{}' } })) },
  ...repeat(n, (i) => result('b', `call_${i}`)),
]; // biome-ignore format: a table

/** Messages of every shape that a history takes, as functions of their number. */
const histories: Readonly<Record<string, (n: number) => Message[]>> = {
  'user messages': (n) => repeat(n, (i) => user(`a ${i}`)),
  'system messages': (n) => [...repeat(n, (i) => system(`a ${i}`)), user('a')],
  'system messages between': (n) => repeat(n, (i) => (i % 2 === 0 ? user('a') : system('b'))),
  'assistant messages': (n) => [user('a'), ...repeat(n, (i) => assistant(`b ${i}`))],
  pairs,
  'pairs of calls and results': callPairs,
  'calls in one turn': oneTurnOfCalls,
  results: (n) => [user('a'), called('{}'), ...repeat(n, () => result('b'))],
  'empty messages': (n) => repeat(n, (i) => (i % 2 === 0 ? user('') : assistant(''))),
  'parts of one message': (n) => [{ role: 'user', content: repeat(n, (i) => ({ type: 'text' as const, text: `a ${i}` })) }],
  'properties of arguments': (n) => [user('a'), called(values(n)), result('b')],
}; // biome-ignore format: a table

function listsOfDialect(name: string, dialect: Dialect): ListSubject[] {
  const options = { dialect } as const;
  const written = Object.entries(histories).flatMap(([what, make]) => [
    list(`renderPrompt [${name}], ${what}`, make, (messages) => renderPrompt(messages, options)),
    list(`renderPrompt and parsePrompt [${name}], ${what}`, make, (messages) => parsePrompt(renderPrompt(messages, { ...options, fidelity: 'reversible' }).prompt, options)),
  ]);
  return [
    ...written,
    list(`renderPrompt [${name}], tools`, (n) => repeat(n, (i) => tool(`f${i}`)), (tools) => renderPrompt([user('a')], { ...options, tools })),
    list(`renderPrompt [${name}], properties of a tool`, (n) => [tool('f', { properties: properties(n) })], (tools) => renderPrompt([user('a')], { ...options, tools })),
    list(`renderPrompt [${name}], values of an enum`, (n) => [tool('f', { properties: { a: { enum: repeat(n, (i) => `v${i}`) } } })], (tools) => renderPrompt([user('a')], { ...options, tools })),
    list(`unparsePrompt [${name}], every message edited`, pairs, (messages) => {
      const parsed = parsePrompt(renderPrompt(messages, options).prompt, options);
      return unparsePrompt({ ...parsed, messages: parsed.messages.map((one) => ({ ...one, content: 'c' }) as Message) });
    }),
    list(`unparsePrompt [${name}], every other message taken out`, pairs, (messages) => {
      const parsed = parsePrompt(renderPrompt(messages, options).prompt, options);
      return unparsePrompt({ ...parsed, messages: parsed.messages.filter((_, i) => i % 2 === 0) });
    }),
    list(`toCompletionRequest [${name}], pairs`, pairs, (messages) => toCompletionRequest({ model: 'm', messages }, options)),
  ];
} // biome-ignore format: a table

const fitOptions = { tokenizer: o200k_base, model: 'gpt-4o' } as const;
const words = (n: number, of: string): string => repeat(n, (i) => `${of} ${i}`).join(' ');

/** Pairs of calls and results in the shapes of other libraries. */
const shapes: Readonly<Record<string, { accessors: unknown; make: (n: number) => object[] }>> = {
  aiSdkMessages: {
    accessors: aiSdkMessages,
    make: (n) => [user('a'), ...repeat(n, (i) => [{ role: 'assistant', content: [{ type: 'tool-call', toolCallId: `c${i}`, toolName: 'f', input: {} }] }, { role: 'tool', content: [{ type: 'tool-result', toolCallId: `c${i}`, toolName: 'f', output: { type: 'text', value: 'b' } }] }]).flat()],
  },
  anthropicMessages: {
    accessors: anthropicMessages,
    make: (n) => [user('a'), ...repeat(n, (i) => [{ role: 'assistant', content: [{ type: 'tool_use', id: `c${i}`, name: 'f', input: {} }] }, { role: 'user', content: [{ type: 'tool_result', tool_use_id: `c${i}`, content: 'b' }] }]).flat()],
  },
  langchainMessages: {
    accessors: langchainMessages,
    make: (n) => [{ type: 'human', content: 'a' }, ...repeat(n, (i) => [{ type: 'ai', content: '', tool_calls: [{ id: `c${i}`, name: 'f', args: {} }] }, { type: 'tool', tool_call_id: `c${i}`, content: 'b' }]).flat()],
  },
  responsesItems: {
    accessors: responsesItems,
    make: (n) => [{ role: 'user', content: 'a' }, ...repeat(n, (i) => [{ type: 'function_call', call_id: `c${i}`, name: 'f', arguments: '{}' }, { type: 'function_call_output', call_id: `c${i}`, output: 'b' }]).flat()],
  },
}; // biome-ignore format: a table

export const listSubjects: readonly ListSubject[] = [
  ...Object.entries(dialects).flatMap(([name, dialect]) => listsOfDialect(name, dialect)),
  ...Object.entries(histories).flatMap(([what, make]) => [
    list(`countChatTokens, ${what}`, make, (messages) => countChatTokens({ messages }, fitOptions)),
    list(`fitMessages, ${what}`, make, (messages) => fitMessages(messages, { ...fitOptions, limit: 500 })),
    list(`fitMessages, ${what}, half of it`, make, (messages) => fitMessages(messages, { ...fitOptions, limit: 4 * messages.length })),
    list(`fitMessages, ${what}, middle`, make, (messages) => fitMessages(messages, { ...fitOptions, limit: 500, strategy: { kind: 'headAndTail', head: 3 } as never })),
    list(`compactMessages, ${what}`, make, (messages) => compactMessages(messages, { ...fitOptions, limit: 500, summarize: async () => 's' } as never)),
    list(`ChatRequest, ${what}`, make, (messages) => ChatRequest.safeParse({ model: 'm', messages })),
    list(`prompt.turns, ${what}`, make, (messages) => prompt`${prompt.turns(messages)}\nAssistant:`),
  ]),
  list('createHistory, all added', pairs, (messages) => {
    const history = createHistory({ ...fitOptions, limit: 1000 });
    for (const message of messages) history.add(message);
    return history.fit();
  }),
  ...Object.entries(shapes).flatMap(([what, { accessors, make }]) => [
    list(`fitMessages of ${what}`, make, (messages) => fitMessages(messages as never, { ...fitOptions, limit: 500, accessors } as never)),
    list(`countChatTokens of ${what}`, make, (messages) => countChatTokens({ messages } as never, { ...fitOptions, accessors } as never)),
  ]),
  list('countChatTokens, properties of a tool', (n) => [tool('f', { properties: properties(n) })], (tools) => countChatTokens({ messages: [user('a')], tools }, fitOptions)),
  list('countChatTokens, tools', (n) => repeat(n, (i) => tool(`f${i}`)), (tools) => countChatTokens({ messages: [user('a')], tools }, fitOptions)),
  list('parsePrompt, many labels', (n) => repeat(n, (i) => `Person ${i}`), (labels) => parsePrompt(labels.map((label) => `${label}: hi\n`).join(''), { labels: { user: labels, assistant: 'AI' } })),
  list('parsePrompt, many labels that begin alike', (n) => repeat(n, (i) => `${'a'.repeat(i % 300)} ${i}`), (labels) => parsePrompt(labels.map((label) => `${label}: hi\n`).join(''), { labels: { user: labels, assistant: 'AI' } })),
  list('parsePrompt, many stops', (n) => repeat(n, (i) => `\nPerson ${i}:`), (stop) => parsePrompt(`User: a${stop.join(' b')}`, { stop })),
  list('parsePrompt, many speakers', (n) => repeat(n, (i) => `Person ${i}: hi`).join('\n'), (text) => parsePrompt(text)),
  list('parsePrompt, turns and prose', (n) => repeat(n, (i) => `User: a ${i}\nnote ${i}: b\n\nAssistant: c`).join('\n'), (text) => parsePrompt(text)),
  list('detectDialect, many dialects at once', (n) => repeat(n, () => 'User: a\nHuman: b\nQ: c\n<|im_start|>user\nd<|im_end|>\n[INST] e [/INST]\n### Instruction:\nf').join('\n'), (text) => detectDialect(text)),
  list('defineDialect, labels', (n) => repeat(n, (i) => `Person ${i}`), (labels) => {
    const dialect = defineDialect({ name: 'd', labels: { user: labels, assistant: 'AI' } });
    return renderPrompt([user(`Person 1: ${words(labels.length, 'a')}\nPerson 2: b`)], { dialect });
  }),
  list('defineDialect, special tokens', (n) => repeat(n, (i) => `<|t${i}|>`), (specialTokens) => {
    const dialect = defineDialect({ name: 'd', roles: { user: { open: '<|u|>', close: '<|e|>' }, assistant: { open: '<|a|>', close: '<|e|>' } }, specialTokens });
    return renderPrompt([user(specialTokens.join(' '))], { dialect });
  }),
  list('toChatRequest, prompts', (n) => repeat(n, (i) => `User: a ${i}\nAssistant:`), (texts) => toChatRequest({ model: 'm', prompt: texts })),
  list('toChatRequest, stops', (n) => repeat(n, (i) => `\nPerson ${i}:`), (stop) => toChatRequest({ model: 'm', prompt: 'User: a\nAI:', stop })),
  list('toCompletionResponse, choices', (n) => repeat(n, (index) => ({ index, message: { role: 'assistant', content: 'a' }, finish_reason: 'stop' })), (choices) => toCompletionResponse({ ...chatReply({}), choices } as never)),
  list('toCompletionResponse, responses', (n) => repeat(n, () => chatReply({ content: 'a' })), (responses) => toCompletionResponse(responses as never)),
  list('toChatResponse, choices', (n) => repeat(n, (index) => ({ index, text: 'a', finish_reason: 'stop', logprobs: null })), (choices) => toChatResponse({ ...completion(''), choices } as never)),
  list('toCompletionChunks, choices', (n) => repeat(n, (index) => ({ index, delta: { content: 'a' }, finish_reason: 'stop' })), (choices) => { const converter = completionChunkConverter(null, { n: choices.length }); converter.push({ choices } as never); converter.end(); }),
  list('toChatChunks, choices', (n) => repeat(n, (index) => ({ index, text: 'a', finish_reason: 'stop' })), (choices) => { const converter = chatChunkConverter(); converter.push({ choices } as never); converter.end(); }),
  list('collectChatStream, calls', (n) => repeat(n, (index) => ({ choices: [{ index: 0, delta: { tool_calls: [{ index, id: `c${index}`, function: { name: 'f', arguments: '{}' } }] }, finish_reason: null }] })), (chunks) => collectChatStream([...chunks, { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }] as never)),
  list('collectChatStream, calls without a place', (n) => repeat(n, (i) => ({ choices: [{ index: 0, delta: { tool_calls: [{ id: `c${i}`, function: { name: 'f', arguments: '{}' } }] }, finish_reason: null }] })), (chunks) => collectChatStream([...chunks, { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }] as never)),
  list('collectChatStream, annotations', (n) => repeat(n, (i) => ({ choices: [{ index: 0, delta: { annotations: [{ i }] }, finish_reason: null }] })), (chunks) => collectChatStream([...chunks, { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }] as never)),
  list('collectChatStream, choices', (n) => repeat(n, (index) => ({ choices: [{ index, delta: { content: 'a' }, finish_reason: 'stop' }] })), (chunks) => collectChatStream(chunks as never)),
  list('normalizeChatResponse, calls', (n) => chatReply({ tool_calls: repeat(n, () => ({ type: 'function', function: { name: 'f', arguments: { a: 1 } } })) }), (body) => normalizeChatResponse(body as never)),
  list('normalizeChatResponse, unknown fields', (n) => ({ ...chatReply({ content: 'a' }), ...properties(n) }), (body) => normalizeChatResponse(body as never)),
  list('normalizeError, details', (n) => ({ detail: repeat(n, (i) => ({ loc: ['body', i], msg: 'a', type: 'b' })) }), (body) => normalizeError(body, 422)),
  list('normalizeError, nested', (n) => JSON.parse(`${'{"error":'.repeat(Math.min(n, 2000))}"a"${'}'.repeat(Math.min(n, 2000))}`) as object, (body) => normalizeError(body, 500)),
  list('labelProbabilities, labels', (n) => repeat(n, (i) => `label ${i}`), (labels) => labelProbabilities(completion('', { tokens: ['label', ' 1'], token_logprobs: [-1, -1], top_logprobs: [{ label: -1 }, { ' 1': -1 }] }), labels)),
  list('labelProbabilities, labels that begin alike', (n) => repeat(n, (i) => `${'a'.repeat(Math.min(i, 300))}${i}`), (labels) => labelProbabilities(completion('', { tokens: repeat(300, () => 'a'), token_logprobs: repeat(300, () => -1), top_logprobs: repeat(300, () => ({ a: -1 })) }), labels)),
  list('functionsToTools', (n) => repeat(n, (i) => ({ name: `f${i}`, parameters: {} })), (functions) => functionsToTools({ model: 'm', messages: [user('a')], functions } as never)),
  list('functionsToTools, messages', (n) => repeat(n, () => [{ role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } }, { role: 'function', name: 'f', content: 'a' }]).flat(), (messages) => functionsToTools({ model: 'm', messages: [user('a'), ...messages] } as never)),
  list('toolsToFunctions, messages', callPairs, (messages) => toolsToFunctions({ model: 'm', messages } as never)),
  list('sseDecoder, events', (n) => 'data: {}\n\n'.repeat(n), (text) => sseDecoder().push(text)),
]; // biome-ignore format: a table
