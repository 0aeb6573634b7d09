import { originOf } from '../calls/origin.js';
import { type Edit, lineEndOf, nextLine } from '../syntax/edits.js';
import { type SourceFile, sourceOf } from '../syntax/file.js';
import { named, type SyntaxNode } from '../syntax/node.js';
import { quotedText } from './text.js';
import type { SiteWork } from './work.js';

export interface Shimmed {
  /** The reported calls whose client serves them at run time. */
  readonly served: ReadonlySet<SiteWork>;
  readonly edits: readonly Edit[];
}

const shimName = 'completionsOverChat';
const shimModule = 'rolecall/fetch';

/** The expression that makes the client of a call, if the file makes it. */
function clientOf(file: SourceFile, { found }: SiteWork): SyntaxNode | undefined {
  if (found.kind !== 'openai-node-4' || found.client === undefined || found.reason === 'gone')
    return undefined;
  const made = originOf(file, found.client)?.made;
  const call = made && file.lower(made);
  return call?.kind === 'call' && call.isNew ? made : undefined;
}

/** The `fetch` that a client is given; undefined where its options can't be seen. */
function optionsOf(
  file: SourceFile,
  made: SyntaxNode,
): { fetch: SyntaxNode | undefined; edit: (source: string) => Edit } | undefined {
  const call = file.lower(made);
  if (call.kind !== 'call') return undefined;
  const { argsNode } = call;
  const first = call.args[0];
  if (argsNode === undefined) {
    return {
      fetch: undefined,
      edit: (source) => ({ start: made.end, end: made.end, text: `({ ${source} })` }),
    };
  }
  if (first === undefined) {
    return {
      fetch: undefined,
      edit: (source) => ({ start: argsNode.start, end: argsNode.end, text: `({ ${source} })` }),
    };
  }
  const options = file.lower(first.value);
  if (options.kind !== 'object') {
    const spread = sourceOf(file, first.value);
    return {
      fetch: undefined,
      edit: (source) => ({
        start: first.value.start,
        end: first.value.end,
        text: `{ ...${spread}, ${source} }`,
      }),
    };
  }
  const fetch = options.entries.find(({ key }) => key === 'fetch')?.value;
  const [entry] = options.entries;
  return {
    fetch,
    edit: (source) => {
      if (entry === undefined)
        return { start: options.node.start, end: options.node.end, text: `{ ${source} }` };
      const gap = file.text.slice(options.node.start + 1, entry.node.start);
      return {
        start: entry.node.start,
        end: entry.node.start,
        text: `${source},${/\n/.test(gap) ? gap : ' '}`,
      };
    },
  };
}

const isModule = (file: SourceFile): boolean =>
  named(file.root).some(({ type }) => type === 'import_statement' || type === 'export_statement');

/** The import of the shim, after the last import of the file. */
function importEdit(file: SourceFile, quote: string): Edit | undefined {
  if (file.scopes.bindings.some(({ name }) => name === shimName)) return undefined;
  const statements = named(file.root);
  const from = quotedText(shimModule, quote);
  const esm = isModule(file);
  const isImport = (node: SyntaxNode): boolean =>
    esm
      ? node.type === 'import_statement'
      : /^(lexical|variable)_declaration$/.test(node.type) && /\brequire\(/.test(sourceOf(file, node));
  const last = statements.findLast(isImport);
  const line = esm ? `import { ${shimName} } from ${from};` : `const { ${shimName} } = require(${from});`;
  const end = lineEndOf(file.text);
  const at = last === undefined ? (statements[0]?.start ?? 0) : nextLine(file.text, last.end);
  const before = at > 0 && file.text[at - 1] !== '\n' ? end : '';
  return { start: at, end: at, text: `${before}${line}${end}` };
}

/** Gives the clients of reported calls a `fetch` that serves old calls from a chat model, or finds that they have it. */
export function shim(
  file: SourceFile,
  reported: readonly SiteWork[],
  options: { model: string; add: boolean },
): Shimmed {
  const served = new Set<SiteWork>();
  const edits = new Map<SyntaxNode, Edit>();
  const quote = file.text.split('"').length > file.text.split("'").length ? '"' : "'";
  for (const work of reported) {
    const made = clientOf(file, work);
    const client = made && optionsOf(file, made);
    if (made === undefined || client === undefined) continue;
    const own = client.fetch && file.lower(client.fetch);
    if (own?.kind === 'call' && sourceOf(file, own.callee) === shimName) served.add(work);
    else if (options.add && client.fetch === undefined) {
      served.add(work);
      edits.set(made, client.edit(`fetch: ${shimName}({ model: ${quotedText(options.model, quote)} })`));
    }
  }
  const head = edits.size > 0 ? importEdit(file, quote) : undefined;
  return { served, edits: [...edits.values(), ...(head === undefined ? [] : [head])] };
}
