import { type CliIO, fileError, nameOfInput, readInput } from '../io.js';

/** One input of a command. */
export interface NamedInput {
  /** The name to show for it. */
  name: string;
  /** Where its result stands in a folder of results: its path below the folder that was given, or its own name. */
  place: string;
  text: string;
}

const hidden = /^\.|^node_modules$/;
const prompts = /\.(?:txt|md|prompt|json)$/i;

async function filesOf(io: CliIO, path: string): Promise<string[]> {
  if (path === '-' || io.listFolder === undefined) return [path];
  const entries = await io.listFolder(path).catch((error: unknown) => {
    throw fileError(error, path, 'read');
  });
  if (entries === undefined) return [path];
  const inner = entries
    .filter(({ name, isFolder }) => !hidden.test(name) && (isFolder || prompts.test(name)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const found = await Promise.all(
    inner.map(({ name, isFolder }) => {
      const file = `${path.replace(/\/$/, '')}/${name}`;
      return isFolder ? filesOf(io, file) : [file];
    }),
  );
  return found.flat();
}

/** The last part of a path. */
const ownName = (path: string): string => path.replace(/^.*[/\\](?=.)/s, '');

/**
 * The texts of files and folders, in order, each once: of a folder those that end in .txt, .md, .prompt or .json, in folders
 * below it too. Without any it is standard input, `-`. Throws `UsageError` for what can't be read.
 */
export async function readInputs(io: CliIO, paths: readonly string[]): Promise<NamedInput[]> {
  const places = new Map<string, string>();
  for (const path of paths.length === 0 ? ['-'] : paths) {
    for (const file of await filesOf(io, path)) {
      const place =
        file === '-' ? 'stdin' : file === path ? ownName(file) : file.slice(path.length).replace(/^\/+/, '');
      if (!places.has(file)) places.set(file, place);
    }
  }
  const inputs: NamedInput[] = [];
  for (const [file, place] of places)
    inputs.push({ name: nameOfInput(file), place, text: await readInput(io, file) });
  return inputs;
}
