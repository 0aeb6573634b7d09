/** The client of the GPT-3 years, over `rolecall serve` and the server's own chat. */
import { Configuration, OpenAIApi } from 'openai-v3';
import { system, user } from './cases.js';
import type { Served } from './compare.js';
import { stop } from './processes.js';
import { ask, clientOf, startEdge } from './serve.js';

interface Completion {
  choices: {
    text: string;
    index: number;
    logprobs: { tokens: string[]; token_logprobs: number[]; top_logprobs: object[]; text_offset: number[] };
  }[];
  usage: { prompt_tokens: number };
}

export async function compareLegacy({ model, port, tally }: Served): Promise<void> {
  const edge = await startEdge(port, ['--direction', 'completions-over-chat', '--model-map', 'm']);
  const api = new OpenAIApi(new Configuration({ apiKey: 'none', basePath: edge.url }));
  const complete = async (body: object): Promise<Completion | undefined> => {
    const request = {
      model: 'text-davinci-003',
      temperature: 0,
      seed: 7,
      max_tokens: 10,
      cache_prompt: false,
      ...body,
    };
    const answer = await api.createCompletion(request as never).catch((error: Error) => {
      tally.check(`${model.name} legacy an answer`, false, error.message);
      return undefined;
    });
    return answer?.data as Completion | undefined;
  };
  const what = `${model.name} legacy`;
  const prompt = 'Be brief.\n\nHuman: Hi!\nAI:';
  const theirs = await ask(clientOf(`http://127.0.0.1:${port}/v1`), {
    messages: [system('Be brief.'), user('Hi!')],
  });
  if ('error' in theirs) {
    tally.check(`${what} the server's own chat`, false, theirs.error);
    return;
  }

  const one = await complete({ prompt, stop: [' Human:'] });
  tally.equal(`${what} text`, theirs.choices[0]?.message.content?.trim(), one?.choices[0]?.text.trim());
  tally.equal(`${what} usage`, theirs.usage?.prompt_tokens, one?.usage.prompt_tokens);

  const echoed = (await complete({ prompt, echo: true }))?.choices[0]?.text ?? '';
  tally.check(`${what} echo`, echoed.startsWith(prompt) && echoed.length > prompt.length, echoed);

  // The server gives no entry for a character that the limit cuts through: as many as it gives itself.
  const said = await ask(clientOf(`http://127.0.0.1:${port}/v1`), {
    messages: [system('Be brief.'), user('Hi!')],
    max_tokens: 4,
    logprobs: true,
    top_logprobs: 2,
  });
  const own = 'error' in said ? [] : (said.choices[0]?.logprobs?.content ?? []);
  const logprobs = (await complete({ prompt, max_tokens: 4, logprobs: 2 }))?.choices[0]?.logprobs;
  const { tokens, token_logprobs: chosen, top_logprobs: top, text_offset: offsets } = logprobs ?? {};
  const hundredths = (numbers: readonly number[]): number[] => numbers.map((one) => Math.round(one * 100));
  tally.equal(
    `${what} logprobs`,
    [hundredths(own.map(({ logprob }) => logprob)), own.length, prompt.length],
    [hundredths(chosen ?? []), tokens?.length, offsets?.[0]],
  );
  tally.check(`${what} logprobs, alternatives`, own.length > 0 && top?.length === own.length, { own, top });

  const batch = await complete({ prompt: [prompt, 'Human: A\nAI:', 'Tell me a joke'] });
  tally.equal(
    `${what} batch`,
    [0, 1, 2],
    batch?.choices.map(({ index }) => index),
  );
  tally.equal(`${what} first of a batch`, one?.choices[0]?.text.trim(), batch?.choices[0]?.text.trim());

  const prefilled = (await complete({ prompt: 'Human: Count\nAI: One, two' }))?.choices[0]?.text;
  tally.check(
    `${what} the prefill is not said again`,
    prefilled?.trim().startsWith('One, two') === false,
    prefilled,
  );
  stop(edge.running);
}
