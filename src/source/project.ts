import type { Facts } from './facts.js';
import type { Elsewhere } from './syntax/file.js';

const extensions = ['.ts', '.tsx', '.js', '.jsx', '.mjs', '.cjs', '.mts', '.cts'];

/** A path with `.` and `..` taken out of it. */
export function plainPath(path: string): string {
  const steps: string[] = [];
  for (const step of path.split('/')) {
    if (step === '..' && steps.length > 0 && steps.at(-1) !== '..') steps.pop();
    else if (step !== '.' && (step !== '' || steps.length === 0)) steps.push(step);
  }
  return steps.join('/');
}

const folderOf = (path: string): string =>
  path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '';

/** The folder of a file and all above it: a module of Python is looked for from where the program was started. */
function foldersAbove(path: string): string[] {
  const steps = path.split('/').slice(0, -1);
  return steps.map((_, index) => `${steps.slice(0, steps.length - index).join('/')}/`).concat('');
}

/** The paths that a module's name may mean in a file, the likeliest first. */
export function modulePaths(from: string, module: string): string[] {
  if (from.endsWith('.py')) {
    const dots = /^\.*/.exec(module)![0].length;
    const steps = module
      .slice(dots)
      .split('.')
      .filter((step) => step !== '')
      .join('/');
    const base = `${folderOf(from)}${'../'.repeat(Math.max(0, dots - 1))}`;
    const starts = dots === 0 ? foldersAbove(from) : [base];
    return starts.flatMap((start) => [`${start}${steps}.py`, `${start}${steps}/__init__.py`]).map(plainPath);
  }
  if (!module.startsWith('.')) return [];
  const base = `${folderOf(from)}${module}`;
  const stem = base.replace(/\.[cm]?jsx?$/, '');
  const all = [
    base,
    ...extensions.map((end) => stem + end),
    ...extensions.map((end) => `${base}${end}`),
    ...extensions.map((end) => `${base}/index${end}`),
  ];
  return [...new Set(all.map(plainPath))];
}

/** What a file is told of the others: the facts of each path, and the paths of texts that hold turns. */
export function elsewhereOf(
  path: string,
  facts: ReadonlyMap<string, Facts>,
  texts: ReadonlySet<string>,
): Elsewhere {
  const find = (from: string, module: string): string | undefined =>
    modulePaths(from, module).find((candidate) => facts.has(candidate));
  const holds = (from: string, module: string, name: string, depth: number): boolean => {
    const target = find(from, module);
    const known = target === undefined ? undefined : facts.get(target);
    if (target === undefined || known === undefined || depth > 4) return false;
    if (known.conversations.includes(name)) return true;
    return known.leads.some((lead) => lead.name === name && holds(target, lead.module, lead.from, depth + 1));
  };
  const used = new Set<string>();
  for (const [other, { taken }] of facts) {
    if (other === path) continue;
    for (const { module, name } of taken) if (find(other, module) === path) used.add(name);
  }
  return {
    isConversation: (module, name) => holds(path, module, name, 0),
    isConversationFile: (name) => {
      const plain = plainPath(name);
      return [...texts].some(
        (text) => text === plain || text.endsWith(`/${plain}`) || text === plainPath(folderOf(path) + plain),
      );
    },
    isUsed: (name) => used.has(name),
  };
}
