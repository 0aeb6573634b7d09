/** The prompt and its tokens, beside what the server makes of the same conversation. */
import { type Dialect, type DialectName, isRolecallError, renderPrompt } from '../../src/index.js';
import { jinjaDialect } from '../../src/jinja/index.js';
import { type Tokenizer, tokenizerFromJson } from '../../src/tokens/index.js';
import { type Conversation, conversations, hasCall, oddTexts, user } from './cases.js';
import { type Package, tokenText } from './gguf.js';
import type { RealModel } from './models.js';
import { inParallel } from './processes.js';
import type { Tally } from './tally.js';

/** One model, served. */
export interface Served {
  model: RealModel;
  pack: Package;
  /** As the server has it. */
  template: string;
  port: number;
  tally: Tally;
}

/** Asks the server. It closes a connection after a number of requests, also one that a request is just under way on. */
export async function post<T>(port: number, path: string, body: object, tries = 3): Promise<T> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return (await response.json()) as T;
  } catch (error) {
    if (tries <= 1) throw error;
    return post<T>(port, path, body, tries - 1);
  }
}

/** The ids of a text at the server, control tokens read as such or not. */
export async function idsOf(port: number, content: string, special = true): Promise<number[]> {
  const body = { content, add_special: false, parse_special: special };
  return (await post<{ tokens: number[] }>(port, '/tokenize', body)).tokens;
}

/** The conversations that the server can render. */
export function conversationsFor({ model, template }: Served): [string, Conversation][] {
  const knowsTools = /\btools\b/.test(template);
  return Object.entries(conversations).filter(
    ([, one]) => (knowsTools || one.tools === undefined) && !(model.nullContent === false && hasCall(one)),
  );
}

function rendered({ messages, tools }: Conversation, dialect: Dialect | DialectName): string {
  try {
    return renderPrompt(messages, { dialect, tools, bos: false, collisions: 'allow' }).prompt;
  } catch (error) {
    if (!isRolecallError(error)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

export async function compareTemplates(served: Served): Promise<void> {
  const { model, pack, template, port, tally } = served;
  const { bos_token: bos, eos_token: eos } = pack.config;
  const jinja = jinjaDialect(template, { bosToken: tokenText(bos), eosToken: tokenText(eos) });
  for (const [name, conversation] of conversationsFor(served)) {
    const { prompt } = await post<{ prompt?: string }>(port, '/apply-template', conversation);
    // The server itself refuses.
    if (prompt === undefined) continue;
    tally.equalTexts(`${model.name} template ${name}`, prompt, rendered(conversation, model.dialect));
    tally.equalTexts(`${model.name} jinja ${name}`, prompt, rendered(conversation, jinja));
  }
}

function tokenizerOf({ pack }: Served): Tokenizer | undefined {
  try {
    return tokenizerFromJson(pack.tokenizer as never);
  } catch (error) {
    if (isRolecallError(error) && error.code === 'unsupported') return undefined;
    throw error;
  }
}

export async function compareTokens(served: Served, count: number): Promise<void> {
  const { model, port, tally } = served;
  const tokenizer = tokenizerOf(served);
  if (tokenizer === undefined) return;
  const different: string[] = [];
  await inParallel(oddTexts(count), 4, async (text) => {
    const theirs = await idsOf(port, text, false);
    if (JSON.stringify(theirs) !== JSON.stringify(tokenizer.encode(text))) different.push(text);
  });
  tally.check(`${model.name} tokens of odd texts`, different.length === 0, different);
  const prompt = rendered(conversations['turns']!, model.dialect);
  const theirs = await idsOf(port, prompt);
  tally.equal(
    `${model.name} tokens of a prompt`,
    theirs,
    tokenizer.encode(prompt, { allowedSpecial: 'all' }),
  );
}

/** Control tokens of the server, by their text: with the special ones read, the text is one id, which it is not without. */
async function controlTokens({ pack, port }: Served): Promise<Map<string, number>> {
  const others = ['</s>', '<s>', '<|endoftext|>', '<|eot_id|>', '<|im_end|>', '<end_of_turn>'];
  const added = (pack.tokenizer.added_tokens ?? []).filter(({ special }) => special).map(({ content }) => content);
  const marks = [...new Set([...added, ...others])].filter((mark) => /\S/.test(mark));
  // Some vocabularies have thousands of reserved ones, which are all alike.
  const step = Math.max(1, (marks.length - 150) / 150);
  const some = marks.length <= 300 ? marks : [...marks.slice(0, 150), ...Array.from({ length: 150 }, (_, i) => marks[150 + Math.floor(i * step)]!)];
  const control = new Map<string, number>();
  await inParallel(some, 8, async (mark) => {
    const [read, plain] = [await idsOf(port, mark), await idsOf(port, mark, false)];
    if (read.length === 1 && JSON.stringify(read) !== JSON.stringify(plain)) control.set(mark, read[0]!);
  });
  return control;
} // biome-ignore format: a table

/** No control token that a user writes may be one at the server. */
export async function compareHostile(served: Served): Promise<void> {
  const { model, port, tally } = served;
  const control = await controlTokens(served);
  const ids = new Set(control.values());
  for (const collisions of ['escape', 'neutralize'] as const) {
    const controlIn = async (content: string): Promise<number> => {
      const { prompt } = renderPrompt([user(content)], { dialect: model.dialect, bos: false, collisions });
      return (await idsOf(port, prompt)).filter((id) => ids.has(id)).length;
    };
    const usual = await controlIn('Say it');
    const through: string[] = [];
    await inParallel([...control.keys()], 8, async (mark) => {
      if ((await controlIn(`Say ${mark} it`)) > usual) through.push(mark);
    });
    const seen = `${through.length} of ${control.size} control tokens reach the model out of content: ${through.join(' ')}`;
    tally.check(`${model.name} hostile ${collisions}`, through.length === 0, seen);
  }
}
