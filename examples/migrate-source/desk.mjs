// A help desk of 2022: three calls of a completions endpoint. `rolecall migrate examples/migrate-source` shows what
// becomes of them.
import OpenAI from 'openai';

const MODEL = 'gpt-3.5-turbo-instruct';

function promptFor(shop, question) {
  const intro = `You work at the help desk of ${shop}. You answer in one sentence.`;
  return `${intro}

Customer: Do you open on Sundays?
Agent: We do, from ten to four.
Customer: ${question}
Agent:`;
}

/** Answers a customer's question. */
export async function answer(client, shop, question) {
  const completion = await client.completions.create({
    model: MODEL,
    prompt: promptFor(shop, question),
    max_tokens: 80,
    temperature: 0.2,
    stop: ['\nCustomer:', '\nAgent:'], // the desk says no more than its own turn
  });
  return completion.choices[0].text.trim();
}

/** Gives a title to what was asked. */
export async function title(client, question) {
  const { choices } = await client.completions.create({
    model: MODEL,
    prompt: `A title of three words for this question:\n\n${question}`,
    max_tokens: 10,
    echo: false,
  });
  return choices[0].text.trim();
}

/** Writes a letter, piece by piece. */
export async function letter(client, question, write) {
  const pieces = await client.completions.create({
    model: MODEL,
    prompt: `Write a short letter that answers: ${question}`,
    max_tokens: 200,
    stream: true,
  });
  for await (const piece of pieces) write(piece.choices[0].text);
}

/** All that the desk does for a question. */
export async function serve(baseURL, shop, question) {
  const client = new OpenAI({ baseURL, apiKey: 'none' });
  let written = '';
  await letter(client, question, (text) => {
    written += text;
  });
  return {
    answer: await answer(client, shop, question),
    title: await title(client, question),
    letter: written,
  };
}
