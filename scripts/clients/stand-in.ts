/**
 * A server that plays a model for clients: it completes prompts in the format of Qwen 2.5, and answers chats. What it is
 * asked tells what it says: of a weather or a file that a tool can tell of, it calls the tool and then says what came of it;
 * for a commit it writes a message; else it says what was said.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Tools that clients offer, and what each is called with. */
const calls: readonly [name: string, args: object, asked: RegExp][] = [
  ['weather', { city: 'Oslo' }, /weather/i],
  ['read', { path: 'note.txt' }, /note\.txt/],
  ['read_file', { file_path: 'note.txt' }, /note\.txt/],
];

/** What the model says to a prompt in the format that the server is told to write. */
function complete(prompt: string): string {
  const turns = prompt.split('<|im_start|>').map((turn) => turn.replace(/<\|im_end\|>\s*$/, ''));
  const users = turns.filter((turn) => turn.startsWith('user\n')).map((turn) => turn.slice(5));
  const last = users.at(-1) ?? '';
  const result = /<tool_response>\n([\s\S]*?)\n<\/tool_response>/.exec(last)?.[1];
  if (result !== undefined) return `The tool said: ${result.slice(0, 200)}`;
  if (/^diff --git /m.test(last)) return 'feat(note): add a note';
  for (const [name, args, asked] of calls) {
    if (!asked.test(last) || !prompt.includes(`"name": "${name}"`)) continue;
    const path = 'file_path' in args ? { file_path: folderIn(prompt) } : {};
    return `<tool_call>\n${JSON.stringify({ name, arguments: { ...args, ...path } })}\n</tool_call>`;
  }
  return `You said: ${last.trim().slice(-200)}`;
}

/** Some agents want the whole path of a file, which the one who asks gives. */
const folderIn = (prompt: string): string => /\/[^\s"'`]*note\.txt/.exec(prompt)?.[0] ?? 'note.txt';

const textOf = (content: unknown): string =>
  Array.isArray(content)
    ? content.map((part: { text?: string }) => part.text ?? '').join('')
    : String(content ?? '');

interface Asked {
  stream?: boolean;
  n?: number;
  prompt?: string;
  messages?: { role: string; content: unknown }[];
}

function answer(response: ServerResponse, { stream, prompt, messages }: Asked): void {
  const chat = messages !== undefined;
  const text = chat
    ? `You said: ${textOf(messages.findLast(({ role }) => role === 'user')?.content).trim()}`
    : complete(String(prompt));
  const head = { id: 'x-1', created: 1_700_000_000, model: 'stand-in' };
  const usage = { prompt_tokens: 5, completion_tokens: 4, total_tokens: 9 };
  if (stream !== true) {
    const choice = chat ? { message: { role: 'assistant', content: text } } : { text, logprobs: null };
    const choices = [{ index: 0, ...choice, finish_reason: 'stop' }];
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({ ...head, object: chat ? 'chat.completion' : 'text_completion', choices, usage }),
    );
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const object = chat ? 'chat.completion.chunk' : 'text_completion';
  const send = (more: object): void =>
    void response.write(`data: ${JSON.stringify({ ...head, object, ...more })}\n\n`);
  for (const piece of text.match(/.{1,7}/gs) ?? [])
    send({
      choices: [
        { index: 0, ...(chat ? { delta: { content: piece } } : { text: piece }), finish_reason: null },
      ],
    });
  send({ choices: [{ index: 0, ...(chat ? { delta: {} } : { text: '' }), finish_reason: 'stop' }] });
  send({ choices: [], usage });
  response.end('data: [DONE]\n\n');
}

async function jsonOf(request: IncomingMessage): Promise<Asked> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return parts.length === 0 ? {} : (JSON.parse(Buffer.concat(parts).toString()) as Asked);
}

/** Starts it on a free port. */
export async function startStandIn(): Promise<{ url: string; close(): void }> {
  const server = createServer(async (request, response) => {
    const asked = await jsonOf(request);
    if (request.method === 'POST') answer(response, asked);
    else {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ object: 'list', data: [{ id: 'stand-in', object: 'model' }] }));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close: () => server.close().closeAllConnections(),
  };
}
