import { isAbsolute, relative } from 'node:path';
import { plainPath } from '../../source/index.js';
import { type CliIO, fileError, UsageError } from '../io.js';

const leftOut = new Set(['node_modules', '.git', 'dist', 'build', '.venv', 'venv', '__pycache__']);
const known = /\.(?:[cm]?js|jsx|[cm]?ts|tsx|py|sh|txt|md|ya?ml)$/;

/** A path from the working folder, with `/`. */
function fromHere(io: CliIO, path: string): string {
  const here = io.workingFolder;
  const own = here !== undefined && isAbsolute(path) ? relative(here, path) : path;
  return plainPath(own.replaceAll('\\', '/')) || '.';
}

/** The files below the given paths that may have something to migrate, in order, each once. */
export async function findFiles(io: CliIO, paths: readonly string[]): Promise<string[]> {
  const { listFolder } = io;
  if (listFolder === undefined) throw new UsageError('No folder can be read from here.');
  const found = new Set<string>();
  const walk = async (path: string, given: boolean): Promise<void> => {
    const entries = await listFolder(path).catch((error: unknown) => {
      throw fileError(error, path, 'read');
    });
    if (entries === undefined) {
      if (given || known.test(path)) found.add(path);
      return;
    }
    for (const { name, isFolder } of entries) {
      const inner = path === '' || path === '.' ? name : `${path.replace(/\/$/, '')}/${name}`;
      if (isFolder) {
        if (!leftOut.has(name)) await walk(inner, false);
      } else if (known.test(name)) found.add(inner);
    }
  };
  for (const path of paths) await walk(fromHere(io, path), true);
  return [...found].sort((a, b) => (a < b ? -1 : 1));
}

/** A file's text without its BOM; undefined where it is no UTF-8, so that it can't be given back byte for byte. */
export interface ReadText {
  readonly text: string;
  readonly bom: boolean;
}

export async function readText(io: CliIO, path: string): Promise<ReadText | undefined> {
  try {
    if (io.openInput === undefined) throw new UsageError('No file can be read from here.');
    const { bytes } = await io.openInput(path);
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    let text = '';
    for await (const piece of bytes) text += decoder.decode(piece, { stream: true });
    text += decoder.decode();
    const bom = text.startsWith('\ufeff');
    return { text: bom ? text.slice(1) : text, bom };
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error instanceof UsageError ? error : fileError(error, path, 'read');
  }
}

const longLine = 2000;

/** A file that no person wrote as it stands. */
export function isMinified(path: string, text: string): boolean {
  if (/\.min\.[cm]?js$/.test(path)) return true;
  if (!/\.[cm]?jsx?$/.test(path) || text.length < longLine) return false;
  const lines = text.split('\n');
  return text.length / lines.length > 500 && lines.some((line) => line.length > longLine);
}
