/**
 * A server of completions that says numbered words of the stream that it is asked for, each with the time at which it was
 * sent. The prompt tells the rest: `stream=7 words=200 pause=25 size=0`.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

let open = 0;
let written = 0;

const now = (): number => performance.timeOrigin + performance.now();
const field = (text: string, name: string): number =>
  Number(new RegExp(`${name}=(\\d+)`).exec(text)?.[1] ?? 0);

function frame(text: string, finish: string | null): string {
  const choices = [{ index: 0, text, logprobs: null, finish_reason: finish, stop_reason: null }];
  return `data: ${JSON.stringify({ id: 'cmpl-1', object: 'text_completion', created: 1, model: 'm', choices })}\n\n`;
}

async function say(response: ServerResponse, prompt: string): Promise<void> {
  const stream = field(prompt, 'stream');
  const words = field(prompt, 'words');
  const pause = field(prompt, 'pause');
  const padding = 'x'.repeat(field(prompt, 'size'));
  const write = async (text: string): Promise<void> => {
    written += text.length;
    if (response.write(text)) return;
    await new Promise<void>((resolve) => {
      const go = (): void => {
        response.off('drain', go).off('close', go);
        resolve();
      };
      response.on('drain', go).on('close', go);
    });
  };
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (let word = 0; word < words && !response.destroyed; word++) {
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    await write(frame(` s${stream}w${word}${padding}@${now().toFixed(3)}`, null));
  }
  await write(frame('', 'stop'));
  response.end('data: [DONE]\n\n');
}

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (data: Buffer) => {
    body += data.toString();
  });
  request.on('end', () => {
    open++;
    response.once('close', () => open--);
    const { prompt, messages } = JSON.parse(body) as { prompt?: string; messages?: unknown };
    void say(response, prompt ?? JSON.stringify(messages));
  });
});
server.listen(0, '127.0.0.1', () =>
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
);
process.on('message', () => process.send?.({ open, written }));
