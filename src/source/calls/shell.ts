import type { Of } from '../syntax/expression.js';
import { chainOf, followed, type SourceFile } from '../syntax/file.js';
import { named, type SyntaxNode, within } from '../syntax/node.js';

const runners =
  /^(exec|execSync|execFile|execFileSync|execa|spawn|spawnSync|system|popen|Popen|run|call|check_call|check_output|getoutput|getstatusoutput|create_subprocess_shell|create_subprocess_exec)$/;
const endpoint = /\/v1\/(?:engines\/([^/\s"']+)\/)?completions\b/;

/** All text that an expression is made of, as far as it is in sight. */
function wordsOf(file: SourceFile, node: SyntaxNode, depth = 0): string {
  const expression = file.lower(followed(file, node));
  if (depth > 6) return '';
  const all = (nodes: readonly SyntaxNode[]): string =>
    nodes.map((one) => wordsOf(file, one, depth + 1)).join(' ');
  switch (expression.kind) {
    case 'text':
      return expression.parts.map((part) => (part.type === 'text' ? part.text : '\ue000')).join('');
    case 'binary':
      return `${wordsOf(file, expression.left, depth + 1)}${wordsOf(file, expression.right, depth + 1)}`;
    case 'list':
      return all(expression.items.map(({ value }) => value));
    case 'call': {
      const callee = file.lower(expression.callee);
      const own = callee.kind === 'member' ? [callee.object] : [];
      return all([...own, ...expression.args.map(({ value }) => value)]);
    }
    default:
      return '';
  }
}

export interface ShellCall {
  readonly nameNode: SyntaxNode;
  readonly model: string | null;
}

function modelIn(words: string): string | null {
  const engine = endpoint.exec(words)?.[1];
  if (engine !== undefined) return /[\ue000$]/.test(engine) ? null : engine;
  const model = /\\?"(?:model|engine)\\?"\s*:\s*\\?"([^"\\\ue000$]+)\\?"/.exec(words);
  return model?.[1] ?? null;
}

/** A call that runs a command line with `curl` to a completions endpoint. */
export function shellCall(file: SourceFile, call: Of<'call'>): ShellCall | undefined {
  const { root, names } = chainOf(file, call.callee);
  const callee = file.lower(root);
  const name = names.at(-1)?.name ?? (callee.kind === 'name' ? callee.name : '');
  if (!runners.test(name)) return undefined;
  const words = call.args.map(({ value }) => wordsOf(file, value)).join(' ');
  if (!/\bcurl\b/.test(words) || !endpoint.test(words)) return undefined;
  return { nameNode: names.at(-1)?.nameNode ?? callee.node, model: modelIn(words) };
}

/** The calls of `curl` in a shell script. */
export function curlCommands(root: SyntaxNode, text: string): ShellCall[] {
  const found: ShellCall[] = [];
  for (const node of within(root)) {
    if (node.type !== 'command') continue;
    const nameNode = node.children.find((child) => child.field === 'name');
    if (nameNode === undefined || text.slice(nameNode.start, nameNode.end) !== 'curl') continue;
    const words = named(node)
      .map((one) => text.slice(one.start, one.end))
      .join(' ');
    if (endpoint.test(words)) found.push({ nameNode, model: modelIn(words) });
  }
  return found;
}
