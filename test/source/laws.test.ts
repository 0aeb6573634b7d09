import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePrompt } from '../../src/index.js';
import { migrated } from './support.js';

const numRuns = 40 * Number(process.env['ROLECALL_RUNS'] ?? 1);
const awkward = fc.stringMatching(/^[ab'"`\\${}\n\r\t:éé😀\u2028 -]{0,12}$/u);

interface Sent {
  messages?: { role: string; content: string }[];
  prompt?: string;
}

/** Runs a source with a client that notes what it is sent. */
async function sentBy(text: string, q: string): Promise<Sent[]> {
  const sent: Sent[] = [];
  const create = async (body: Sent) => {
    sent.push(body);
    return { choices: [{ text: 'x', message: { content: 'x' } }] };
  };
  class OpenAI {
    completions = { create };
    chat = { completions: { create } };
  }
  const run = new Function('OpenAI', 'q', `return (async () => {${text}\n})()`) as (
    client: typeof OpenAI,
    q: string,
  ) => Promise<unknown>;
  await run(OpenAI, q);
  return sent;
}

/** A text as a template literal, with the hole. */
const template = (text: string): string =>
  `\`${text.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${').replaceAll('\r', '\\r').replaceAll('HOLE', '${q}')}\``;

describe('a rewritten call', () => {
  it('sends the messages that parsePrompt reads in the prompt that was sent', async () => {
    let rewritten = 0;
    await fc.assert(
      fc.asyncProperty(awkward, awkward, fc.constantFrom('Kim', "it's", 'a\nb'), async (system, said, q) => {
        const text = `Be ${system}.\n\nHuman: say ${said} HOLE!\nAI:`;
        const source = `const openai = new OpenAI();\nconst r = await openai.completions.create({ model: 'davinci', prompt: ${template(text)} });\nreturn r.choices[0].text;`;
        const { text: now, said: actions } = await migrated(
          'js',
          `async function main(OpenAI, q) {\n${source}\n}`,
        );
        // What looks like more turns than there are is left alone, and that is fine.
        if (actions[0] !== 'rewritten') return;
        rewritten++;
        const body = now.slice(now.indexOf('\n') + 1, now.lastIndexOf('\n}'));
        const [old] = await sentBy(source, q);
        const [chat] = await sentBy(body, q);
        const meant = parsePrompt(old!.prompt!, { whitespace: 'tidy' }).messages;
        expect(chat!.messages).toEqual(meant.map(({ role, content }) => ({ role, content })));
      }),
      { seed: 19, numRuns },
    );
    expect(rewritten).toBeGreaterThan(numRuns / 2);
  });
});
