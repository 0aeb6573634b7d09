import type { SyntaxNode } from '../../source/index.js';
import { UsageError } from '../io.js';

export type Grammar = 'javascript' | 'typescript' | 'tsx' | 'python' | 'bash';

/** Parses a text; `broken` where the grammar finds an error in it. */
export type Parse = (text: string, grammar: Grammar) => Promise<{ root: SyntaxNode; broken: boolean }>;

const packageName = '@vscode/tree-sitter-wasm';

type Growing = { -readonly [Key in keyof SyntaxNode]: SyntaxNode[Key] } & { children: SyntaxNode[] };

interface Cursor {
  readonly nodeType: string;
  readonly nodeIsNamed: boolean;
  readonly currentFieldName: string | null;
  readonly startIndex: number;
  readonly endIndex: number;
  gotoFirstChild(): boolean;
  gotoNextSibling(): boolean;
  gotoParent(): boolean;
}

/** A tree as plain data: the parser's own nodes live in its memory, and each look at one goes there. */
function plainTree(cursor: Cursor): SyntaxNode {
  const here = (parent: Growing | null): Growing => {
    const node: Growing = {
      type: cursor.nodeType,
      named: cursor.nodeIsNamed,
      field: cursor.currentFieldName,
      start: cursor.startIndex,
      end: cursor.endIndex,
      parent,
      children: [],
    };
    parent?.children.push(node);
    return node;
  };
  const root = here(null);
  let parent: Growing | null = root;
  if (!cursor.gotoFirstChild()) return root;
  while (parent !== null) {
    const node = here(parent);
    if (cursor.gotoFirstChild()) {
      parent = node;
      continue;
    }
    while (parent !== null && !cursor.gotoNextSibling()) {
      cursor.gotoParent();
      parent = parent.parent as Growing | null;
    }
  }
  return root;
}

/** Loads the parsers. Throws a `UsageError` that names what to install where they are missing. */
export async function loadParsers(): Promise<Parse> {
  const missing = new UsageError(`migrate needs a parser: npm install ${packageName}`);
  const { createRequire } = await import('node:module');
  const require = createRequire(import.meta.url);
  // It is CommonJS: to import it would first search its text for what it exports.
  let library: typeof import('@vscode/tree-sitter-wasm');
  try {
    library = require(packageName);
  } catch {
    throw missing;
  }
  const { Parser, Language } = library;
  await Parser.init();
  const languages = new Map<Grammar, InstanceType<typeof Language>>();
  const parser = new Parser();
  return async (text, grammar) => {
    const language =
      languages.get(grammar) ??
      (await Language.load(require.resolve(`${packageName}/wasm/tree-sitter-${grammar}.wasm`)));
    languages.set(grammar, language);
    parser.setLanguage(language);
    const tree = parser.parse(text);
    if (tree === null) throw missing;
    const broken = tree.rootNode.hasError;
    const cursor = tree.walk();
    const root = plainTree(cursor);
    cursor.delete();
    tree.delete();
    return { root, broken };
  };
}
