import { constantText, type SourceFile, sourceOf } from '../syntax/file.js';
import { within } from '../syntax/node.js';
import type { FoundCall } from './find.js';
import { isOpenAI, originOf } from './origin.js';

const family =
  /^(openai\/)?(text-|code-|if-)?(davinci|curie|babbage|ada|cushman)\b|^(openai\/)?gpt-?3[.-]?5.*instruct|^(text|code)-/;

/** True for the names that OpenAI gave its models of completions. */
export const isCompletionsModel = (model: string): boolean => family.test(model);

export const isFineTuned = (model: string): boolean => /^ft:|:ft-/.test(model);

/** A server that a client is made for, where the file names one that is not OpenAI's. */
function serverOf(file: SourceFile, { client, address }: FoundCall): string | undefined {
  if (address !== undefined) return address.foreign ? address.text : undefined;
  const origin = client && originOf(file, client);
  if (origin?.made !== undefined) {
    for (const node of within(origin.made)) {
      const isEntry = node.type === 'pair' || node.type === 'keyword_argument';
      const [key, value] = isEntry ? node.children.filter((child) => child.named) : [];
      if (key === undefined || value === undefined) continue;
      if (!/^["']?(baseURL|base_url|basePath|api_base)["']?$/.test(sourceOf(file, key))) continue;
      const text = constantText(file, value);
      if (text !== undefined && !text.includes('api.openai.com')) return text;
    }
  }
  return undefined;
}

/** What a module of Python sets on the package itself, as `openai.api_base = "…"`. */
function setting(file: SourceFile, name: string): string | undefined {
  for (const node of within(file.root)) {
    if (node.type !== 'assignment') continue;
    const [left, right] = ['left', 'right'].map((field) =>
      node.children.find((child) => child.field === field),
    );
    const target = left && file.lower(left);
    if (right === undefined || target?.kind !== 'member' || target.name !== name) continue;
    if (isOpenAI(file, originOf(file, target.object)) === 'yes') return constantText(file, right) ?? '';
  }
  return undefined;
}

/** Why the model of a call can't be told from its name: another server serves it, or it names a deployment. */
export function hiddenModel(file: SourceFile, found: FoundCall, model: string): string | undefined {
  const known = isCompletionsModel(model) || isFineTuned(model);
  if (found.kind === 'openai-python-0' && /azure/i.test(setting(file, 'api_type') ?? '')) {
    return 'The name is that of a deployment on Azure: name one of a chat model.';
  }
  if (/content-filter/.test(model)) return 'This model labelled texts: ask a moderation endpoint instead.';
  if (known) return undefined;
  const server = serverOf(file, found) ?? (file.isPython ? setting(file, 'api_base') : undefined);
  if (server !== undefined && !server.includes('api.openai.com')) {
    return 'Another server than OpenAI serves this model: name one that it serves for chats.';
  }
  const made = found.client && originOf(file, found.client)?.made;
  if (made !== undefined && /Azure/.test(sourceOf(file, made))) {
    return 'The name is that of a deployment on Azure: name one of a chat model.';
  }
  return model.includes('/') ? 'This is not a model of OpenAI: name a chat model of the server.' : undefined;
}
