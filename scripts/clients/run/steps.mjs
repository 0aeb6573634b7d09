// What the scripts of all clients share: where they find the servers, and how they tell what came of each step.

/** The address of chat that is served from completions, and of completions that are served from chat. */
export const { CHAT: chat, COMPLETIONS: completions } = process.env;

export const weather = {
  type: 'function',
  function: {
    name: 'weather',
    description: 'The weather of a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

export const old = 'Be brief.\n\nHuman: Hello\nAI:';

/** Runs one step; it holds if the text that it gives has `wanted` in it. */
export async function step(name, wanted, run) {
  let said;
  try {
    said = String(await run());
  } catch (error) {
    said = `${error?.name}: ${error?.message} ${error?.response ? JSON.stringify(error.response.data) : ''}`;
  }
  const line = { step: name, holds: said.includes(wanted), said: said.slice(0, 300) };
  console.log(`@@${JSON.stringify(line)}`);
}

export async function join(stream, textOf) {
  let text = '';
  for await (const part of stream) text += textOf(part) ?? '';
  return text;
}
