import { type CliIO, fileError, nameOfInput, readInput } from '../io.js';

/** One input of a command: the name to show for it, and its text. */
export interface NamedInput {
  name: string;
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

/**
 * The texts of files and folders, in order: of a folder those that end in .txt, .md, .prompt or .json, in folders below it
 * too. Throws `UsageError` for what can't be read.
 */
export async function readInputs(io: CliIO, paths: readonly string[]): Promise<NamedInput[]> {
  const files = (await Promise.all(paths.map((path) => filesOf(io, path)))).flat();
  const inputs: NamedInput[] = [];
  for (const file of files) inputs.push({ name: nameOfInput(file), text: await readInput(io, file) });
  return inputs;
}
