/** `rolecall serve --send ids`: the prompt as token ids, beside the server's own chat and the prompt as text. */
import { isRolecallError, type Message } from '../../src/index.js';
import { renderTokens, tokenizerFromJson } from '../../src/tokens/index.js';
import { user } from './cases.js';
import { conversationsFor, type Served } from './compare.js';
import { stop } from './processes.js';
import { type Answer, type Asked, ask, clientOf, saidIn, startEdge } from './serve.js';

const promptTokens = (answer: Asked): unknown =>
  'error' in answer ? answer.error : answer.usage?.prompt_tokens;
const texts = (answer: Asked): unknown => ('error' in answer ? answer.error : saidIn(answer as Answer));

export async function compareIds(served: Served): Promise<void> {
  const { model, pack, port, tally } = served;
  const tokenizer = (() => {
    try {
      return tokenizerFromJson(pack.tokenizer);
    } catch (error) {
      if (isRolecallError(error) && error.code === 'unsupported') return undefined;
      throw error;
    }
  })();
  if (tokenizer === undefined) return;
  const written = (messages: Message[]): number =>
    renderTokens(messages, { dialect: model.dialect, tokenizer }).ids.length;
  // A vocabulary takes seconds to read, in which a connection that is open would be closed by the other side.
  written([user('Hi')]);
  const base = ['--server', 'llama.cpp'];
  const ids = ['--send', 'ids', '--tokenizer', pack.file];
  const edge = await startEdge(port, [...base, '--dialect', model.dialect, ...ids]);
  const mine = clientOf(edge.url);
  const own = clientOf(`http://127.0.0.1:${port}/v1`);
  const what = `${model.name} ids`;

  for (const [name, body] of conversationsFor(served)) {
    // How it begins a reply that was begun is a way of its own.
    if (name === 'prefill') continue;
    const theirs = await ask(own, body);
    if ('error' in theirs) continue;
    const said = await ask(mine, body);
    tally.equal(`${what} ${name}: prompt tokens`, promptTokens(theirs), promptTokens(said));
    tally.equal(`${what} ${name}: text`, texts(theirs), texts(said));
  }

  // A control token in content is a few tokens of text, not one: the server counts what `renderTokens` wrote.
  const marks = [...tokenizer.specialTokens.keys()].filter((mark) => /\S/.test(mark)).slice(0, 6);
  for (const mark of marks) {
    const messages = [user(`Say ${mark} it`)];
    const said = await ask(mine, { messages });
    tally.equal(`${what} hostile ${mark}`, written(messages), promptTokens(said));
  }
  stop(edge.running);

  // Some files say only in tokenizer_config.json that there is a BOS, which the edge does not read; or they say nothing, and
  // the server takes what it knows of the model.
  const { bos_token: bos = null, add_bos_token: adds = null } = pack.config;
  if (tokenizer.bos === undefined && bos !== null && adds !== false) return;
  // With labels the server puts its BOS in front of text; in front of ids the edge does.
  const labels = [...base, '--dialect', 'human-ai'];
  const [asText, asIds] = [await startEdge(port, labels), await startEdge(port, [...labels, ...ids])];
  const body = { messages: [user('Hi there')] };
  const [text, byIds] = [await ask(clientOf(asText.url), body), await ask(clientOf(asIds.url), body)];
  tally.equal(`${what} labels: prompt tokens`, promptTokens(text), promptTokens(byIds));
  tally.equal(`${what} labels: text`, texts(text), texts(byIds));
  stop(asText.running);
  stop(asIds.running);
}
