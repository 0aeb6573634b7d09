import type { MarkerDialect } from '../dialect/types.js';
import { isRolecallError } from '../errors.js';
import { renderPrompt } from '../prompt/index.js';
import { isRecord } from '../translate/notes.js';
import { type CliIO, readInput, UsageError } from './io.js';

/** The folder of a file, as it stands in front of its name. */
const folderOf = (file: string): string =>
  file.slice(0, Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);

/** The text of a file that may be missing. */
async function ifThere(io: CliIO, file: string): Promise<string | undefined> {
  try {
    return await readInput(io, file);
  } catch {
    return undefined;
  }
}

/** A file of JSON, and the name of one of its templates: `tokenizer_config.json#tool_use`. */
const withName = /^(.*\.json)#(.+)$/s;

/** The names of the templates of a config that has several; throws `UsageError` where it has none of the name that is wanted. */
function checkName(text: string, file: string, wanted: string | undefined): void {
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch {
    // What is wrong with it is told by its reader.
    return;
  }
  const own = isRecord(config) ? config['chat_template'] : undefined;
  const names = Array.isArray(own) ? own.filter(isRecord).map(({ name }) => String(name)) : [];
  if (wanted === undefined ? names.length < 2 || names.includes('default') : names.includes(wanted)) return;
  if (names.length === 0 && wanted !== undefined)
    throw new UsageError(`${file} has no templates with names.`);
  if (names.length > 0)
    throw new UsageError(
      `${file} has the templates ${names.join(', ')}: choose one, as --template ${file}#${names[0]}.`,
    );
}

const hello = 'qzhelloqz';

/** Throws `UsageError` for a text that is Jinja, as any is, but writes nothing of what is said. */
function checkWrites(dialect: MarkerDialect, file: string): void {
  let prompt: string;
  try {
    ({ prompt } = renderPrompt([{ role: 'user', content: hello }], { dialect }));
  } catch {
    // It wants more than one message: what it refuses is told where it does.
    return;
  }
  if (!prompt.includes(hello))
    throw new UsageError(`${file}: this is no chat template: it writes nothing of a message.`);
}

/**
 * The dialect of a model's own chat template: a `tokenizer_config.json`, or a template (`chat_template.jinja`), beside which
 * the tokenizer's config is read where there is one, for its special tokens. Of several templates in a config `default` is
 * taken, or the one whose name stands behind the file's, `tokenizer_config.json#tool_use`.
 */
export async function readTemplate(io: CliIO, given: string): Promise<MarkerDialect> {
  if (given === '')
    throw new UsageError('--template takes a chat_template.jinja or a tokenizer_config.json.');
  const { dialectFromConfig, jinjaDialect } = await import('../jinja/index.js');
  const [, file = given, name] = withName.exec(given) ?? [];
  if (file === '-' && io.inputs?.has('-'))
    throw new UsageError('standard input is one thing: name a file for the template, or for what it is for.');
  const text = await readInput(io, file);
  const now = Date.now;
  const folder = folderOf(file);
  if (text.trim() === '') throw new UsageError(`${file} is empty.`);
  try {
    let dialect: MarkerDialect;
    if (file.endsWith('.json')) {
      checkName(text, file, name);
      const hasTemplate = /"chat_template"\s*:\s*["[]/.test(text);
      const chatTemplate = hasTemplate ? name : await ifThere(io, `${folder}chat_template.jinja`);
      dialect = dialectFromConfig(text, { chatTemplate, now });
    } else {
      const config = file === '-' ? undefined : await ifThere(io, `${folder}tokenizer_config.json`);
      dialect =
        config === undefined
          ? jinjaDialect(text, { now })
          : dialectFromConfig(config, { chatTemplate: text, now });
    }
    checkWrites(dialect, file);
    return dialect;
  } catch (error) {
    if (!isRolecallError(error)) throw error;
    throw new UsageError(`${file}: ${error.message}`);
  }
}

/** A dialect that is named, or that of a template; both at once are a mistake. */
export async function dialectFlag<Name extends string>(
  io: CliIO,
  flags: { dialect?: string; template?: string },
): Promise<MarkerDialect | Name | undefined> {
  if (flags.template === undefined) return flags.dialect as Name | undefined;
  if (flags.dialect !== undefined)
    throw new UsageError('--dialect and --template both say how prompts are written: give one.');
  return await readTemplate(io, flags.template);
}
