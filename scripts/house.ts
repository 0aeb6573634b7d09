/**
 * The house in figures: folders of `src` with the files and lines that stand directly in them, the longest functions, and
 * the lines of code without comments and blank lines. `npm run house`; with `-- --base REV` beside those of another
 * revision, formatted as this one is, so that the width of lines does not count.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');
const longest = 10;

interface Folder {
  files: number;
  lines: number;
}
interface Fn {
  name: string;
  file: string;
  lines: number;
}
interface House {
  folders: Map<string, Folder>;
  functions: Fn[];
  /** Lines that hold more than white space and comments. */
  code: number;
}

/** What `git` itself does not keep: the packed vocabularies. */
const isGenerated = (file: string): boolean => /^src\/tokens\/data\/ranks-/.test(file);

function sources(folder: string): string[] {
  return readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join('src', name))
    .filter((name) => !isGenerated(name))
    .sort();
}

/** The lines on which a token stands. */
function codeLines(source: ts.SourceFile): number {
  const lines = new Set<number>();
  const visit = (node: ts.Node): void => {
    if (ts.isToken(node) && node.kind !== ts.SyntaxKind.EndOfFileToken) {
      const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
      const last = source.getLineAndCharacterOfPosition(node.end).line;
      for (let line = first; line <= last; line++) lines.add(line);
    }
    // Unlike forEachChild this gives brackets and commas too; comments of the documentation are no code.
    for (const child of node.getChildren(source)) if (!ts.isJSDoc(child)) visit(child);
  };
  visit(source);
  return lines.size;
}

/** How a function is called by who reads the file: by its own name, or that of what it is assigned to. */
function nameOf(node: ts.FunctionLikeDeclaration, source: ts.SourceFile): string {
  if (node.name !== undefined) return node.name.getText(source);
  for (let at: ts.Node = node.parent; at !== undefined; at = at.parent) {
    const named = at as ts.Node & { name?: ts.Node };
    if (ts.isVariableDeclaration(at) || ts.isPropertyAssignment(at)) return named.name!.getText(source);
    if (ts.isBlock(at) || ts.isSourceFile(at)) break;
  }
  return '(without a name)';
}

function functionsOf(source: ts.SourceFile): Fn[] {
  const found: Fn[] = [];
  const line = (at: number): number => source.getLineAndCharacterOfPosition(at).line;
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const fn = node as ts.FunctionLikeDeclaration;
      const lines = line(fn.end) - line(fn.getStart(source)) + 1;
      found.push({ name: nameOf(fn, source), file: source.fileName, lines });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function look(folder: string): House {
  const house: House = { folders: new Map(), functions: [], code: 0 };
  for (const file of sources(folder)) {
    const text = readFileSync(join(folder, file), 'utf8');
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    const at = dirname(file);
    const { files, lines } = house.folders.get(at) ?? { files: 0, lines: 0 };
    house.folders.set(at, { files: files + 1, lines: lines + text.split('\n').length - 1 });
    house.functions.push(...functionsOf(source));
    house.code += codeLines(source);
  }
  house.functions.sort((a, b) => b.lines - a.lines);
  return house;
}

/** The sources of a revision, formatted with the formatter's settings of today. */
function lookAt(revision: string): House {
  const folder = mkdtempSync(join(tmpdir(), 'house-'));
  try {
    const archive = execFileSync('git', ['archive', revision, 'src'], { cwd: root, maxBuffer: 1 << 28 });
    execFileSync('tar', ['-x', '-C', folder], { input: archive });
    const config = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8')) as Record<string, unknown>;
    writeFileSync(
      join(folder, 'biome.json'),
      JSON.stringify({ formatter: config['formatter'], javascript: config['javascript'] }),
    );
    const biome = join(root, 'node_modules', '.bin', 'biome');
    execFileSync(biome, ['format', '--write', '--log-level=error', 'src'], { cwd: folder, stdio: 'ignore' });
    return look(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const cell = (value: number | undefined): string => (value === undefined ? '' : value.toLocaleString('en'));

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, i) => (i === 0 ? '---' : '---:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

function foldersTable(now: House, base: House | undefined): string {
  const names = [...new Set([...now.folders.keys(), ...(base?.folders.keys() ?? [])])].sort();
  const figures = (house: House, name: string): string[] => {
    const folder = house.folders.get(name);
    return [cell(folder?.files), cell(folder?.lines)];
  };
  const total = (house: House): string[] => {
    const all = [...house.folders.values()];
    const sum = (key: keyof Folder): string => cell(all.reduce((most, one) => most + one[key], 0));
    return [sum('files'), sum('lines')];
  };
  const sides = base === undefined ? [now] : [base, now];
  const head = base === undefined ? ['files', 'lines'] : ['files before', 'lines before', 'files', 'lines'];
  return table(
    ['folder', ...head],
    [
      ...names.map((name) => [name, ...sides.flatMap((house) => figures(house, name))]),
      ['all', ...sides.flatMap(total)],
    ],
  );
}

const functionsTable = (house: House): string =>
  table(
    ['function', 'lines'],
    house.functions
      .slice(0, longest)
      .map(({ name, file, lines }) => [`${name} (${relative('src', file)})`, cell(lines)]),
  );

const { values } = parseArgs({ options: { base: { type: 'string' } } });
const now = look(root);
const base = values.base === undefined ? undefined : lookAt(values.base);

console.log(`${foldersTable(now, base)}\n`);
if (base !== undefined) console.log(`The longest functions of ${values.base}:\n\n${functionsTable(base)}\n`);
console.log(`The longest functions:\n\n${functionsTable(now)}\n`);
const before = base === undefined ? '' : `${cell(base.code)} before, `;
console.log(
  `Lines of code of src, without comments and blank lines: ${before}${cell(now.code)}${base === undefined ? '' : ' now'}`,
);
