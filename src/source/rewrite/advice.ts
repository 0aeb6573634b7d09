import type { Reason, SiteKind } from '../types.js';

const proposals: Readonly<Record<Reason, string>> = {
  'turns-elsewhere':
    "The turns can't be seen here: build them as messages where they are made, or give the text to the prompt tag (prompt.trusted, prompt.turns).",
  conditional:
    'Which turns there are depends on a condition: put each message into a list where the condition is.',
  batch: 'A chat request takes one prompt: send one request for each.',
  parameter: 'A chat request has nothing that does what this parameter does.',
  model: "The model can't be seen: name a chat model where it is set.",
  'fine-tuned': 'Tune a chat model on the same data (rolecall convert-dataset makes it), and call that one.',
  reply: 'The whole reply goes elsewhere: what reads it there must change with this call.',
  stream: 'The stream is read as raw lines: read it through the client, then its text is in delta.content.',
  options: "The request is made where it can't be seen: change it there.",
  framework: 'Use the class for chat models: what it gives to its users is another type.',
  shell: 'Send messages to /v1/chat/completions.',
  gone: 'This endpoint is gone, and nothing serves it any more: ask a chat model in words.',
};

const port = 8787;

/** The command and the address with which old calls work as they stand. */
function overServer(model: string, where: string): string {
  const command = `rolecall serve --upstream https://api.openai.com/v1 --direction completions-over-chat --model-map ${model}`;
  return `It works as it stands over a server: start "${command}" and set ${where}.`;
}

function atRunTime(kind: SiteKind, model: string): string {
  const base = `http://127.0.0.1:${port}/v1`;
  switch (kind) {
    case 'openai-node-4':
      return `It works as it stands with fetch: completionsOverChat({ model: '${model}' }) in the options of its client, which --shim adds where the client is made in the same file.`;
    case 'openai-node-3':
      return overServer(model, `basePath: '${base}' in its Configuration`);
    case 'openai-python-0':
      return overServer(model, `openai.api_base = "${base}"`);
    case 'openai-python-1':
      return overServer(model, `base_url="${base}" in its client`);
    case 'langchain':
      return overServer(model, `its base URL to ${base}`);
    case 'http':
    case 'curl':
      return overServer(model, `its address to ${base}/completions`);
  }
}

/** What a person should know of a reported call: what to change, and what serves it unchanged. */
export function advice(
  kind: SiteKind,
  reasons: readonly Reason[],
  notes: readonly string[],
  model: string,
): string {
  const told = [...notes, ...reasons.map((reason) => proposals[reason])];
  // What a tuned model has learnt no other model knows.
  const served = !reasons.includes('gone') && !reasons.includes('fine-tuned');
  return [...told, ...(served ? [atRunTime(kind, model)] : [])].join(' ');
}
