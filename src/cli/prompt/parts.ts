import { type CliIO, fileError, UsageError } from '../io.js';
import { checkOutputs, isFile, stageOutputs, writeOutput } from '../outputs.js';
import type { NamedInput } from './inputs.js';

/** What a command made of one input. */
export interface Part {
  input: NamedInput;
  text: string;
  /** Is the text JSON? */
  json: boolean;
}

/** Is an output a folder: one that is there, or a name that ends in a slash? */
async function isFolder(io: CliIO, output: string | undefined): Promise<boolean> {
  if (!isFile(output)) return false;
  if (/[/\\]$/.test(output)) return true;
  return (await io.listFolder?.(output).catch(() => undefined)) !== undefined;
}

const ending = /\.[^./\\]*$/;

/** The name of an input's result in a folder: its own, with the ending of what it holds. */
function nameIn(folder: string, { input: { place }, json }: Part): string {
  const own = ending.exec(place)?.[0] ?? '';
  const end = json ? '.json' : own === '' || own === '.json' ? '.txt' : own;
  return `${folder.replace(/[/\\]+$/, '')}/${place.replace(ending, '')}${end}`;
}

async function writeInto(io: CliIO, folder: string, parts: readonly Part[]): Promise<void> {
  const sources = new Map<string, string>();
  const texts = parts.map((part) => {
    const path = nameIn(folder, part);
    const other = sources.get(path);
    if (other !== undefined)
      throw new UsageError(`${path} would be written twice: for ${other} and for ${part.input.name}.`);
    sources.set(path, part.input.name);
    return { flag: `-o ${folder}`, path, text: part.text };
  });
  await checkOutputs(
    io,
    [],
    texts.map(({ flag, path }) => [flag, path]),
  );
  const folders = new Set(texts.map(({ path }) => path.slice(0, path.lastIndexOf('/'))));
  for (const one of folders) {
    try {
      await io.makeFolder?.(one);
    } catch (error) {
      throw fileError(error, one, 'write');
    }
  }
  await (await stageOutputs(io, texts, { check: false })).commit();
}

/** What was said of several inputs, as one text: under their names, or as a list of `{file, result}`. */
function joined(parts: readonly Part[], named: boolean): string {
  if (parts.every(({ json }) => json)) {
    const all = parts.map(({ input, text }) => ({ file: input.name, result: JSON.parse(text) as unknown }));
    return `${JSON.stringify(all, null, 2)}\n`;
  }
  if (named) return parts.map(({ input, text }) => `${input.name}\n${text}`).join('\n');
  throw new UsageError('several prompts need a file each: -o FOLDER/ writes them there, by their own names.');
}

/**
 * Writes what a command made of its inputs: into a folder, a file each; of one alone, as it is; of several, as a list of
 * JSON, or under their names where they are `named`: texts for people.
 */
export async function writeParts(
  io: CliIO,
  parts: readonly Part[],
  { output, named }: { output: string | undefined; named: boolean },
): Promise<void> {
  const [only] = parts;
  if (only === undefined) throw new UsageError('there are no files of prompts: .txt, .md, .prompt or .json.');
  if (output !== undefined && (await isFolder(io, output))) await writeInto(io, output, parts);
  else await writeOutput(io, parts.length === 1 ? only.text : joined(parts, named), output);
}
