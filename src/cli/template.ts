import type { MarkerDialect } from '../dialect/types.js';
import { isRolecallError } from '../errors.js';
import { type CliIO, readInput, UsageError } from './io.js';

/** The folder of a file, as it stands in front of its name. */
const folderOf = (file: string): string =>
  file.slice(0, Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);

/** The text of a file that may be missing. */
async function ifThere(io: CliIO, file: string): Promise<string | undefined> {
  try {
    return await io.readFile(file);
  } catch {
    return undefined;
  }
}

/**
 * The dialect of a model's own chat template: a `tokenizer_config.json`, or a template (`chat_template.jinja`), beside which
 * the tokenizer's config is read where there is one, for its special tokens.
 */
export async function readTemplate(io: CliIO, file: string): Promise<MarkerDialect> {
  if (file === '') throw new UsageError('--template takes a chat_template.jinja or a tokenizer_config.json.');
  const { dialectFromConfig, jinjaDialect } = await import('../jinja/index.js');
  const text = await readInput(io, file);
  const now = Date.now;
  const folder = folderOf(file);
  try {
    if (!file.endsWith('.json')) {
      const config = file === '-' ? undefined : await ifThere(io, `${folder}tokenizer_config.json`);
      return config === undefined
        ? jinjaDialect(text, { now })
        : dialectFromConfig(config, { chatTemplate: text, now });
    }
    const hasTemplate = /"chat_template"\s*:/.test(text);
    const chatTemplate = hasTemplate ? undefined : await ifThere(io, `${folder}chat_template.jinja`);
    return dialectFromConfig(text, { chatTemplate, now });
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
