/**
 * Checks the accessors against the real packages, the lowest and the newest versions that they are for: `npm run shapes`.
 * For each it compiles counting, fitting and compacting over the package's own types with the accessors, and sees that
 * nothing of it compiles without; then it counts, fits and compacts messages made by the package. Prints a table.
 * The packages are installed into a folder that is given (`-- --folder DIR`) or made for it; where they can't be had, the
 * script says so and passes. It needs `npm run build` first, as it compiles against the built types.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import ts from 'typescript';
import {
  aiSdkMessages,
  anthropicMessages,
  compactMessages,
  countChatTokens,
  fitMessages,
  langchainMessages,
  loadTokenizer,
  type MessageAccessors,
  openaiMessages,
  responsesItems,
} from '../src/tokens/index.js';

const all = { aiSdkMessages, anthropicMessages, langchainMessages, responsesItems, openaiMessages };

const { values } = parseArgs({ options: { folder: { type: 'string' } } });
const folder = resolve(values.folder ?? mkdtempSync(join(tmpdir(), 'shapes-')));
const root = join(import.meta.dirname, '..');

interface Shape {
  what: string;
  package: string;
  versions: [lowest: string, newest: string];
  accessors:
    | 'aiSdkMessages'
    | 'anthropicMessages'
    | 'langchainMessages'
    | 'responsesItems'
    | 'openaiMessages';
  /** The type of a message, from the package under its name. */
  type: (name: string) => string;
  /** False where the accessors are the default, and needn't be named. */
  needed?: boolean;
  messages: (made: Record<string, new (fields: never) => object>) => object[];
}

const words = 'a word and another one '.repeat(30);
const call = { id: 'c', name: 'look', args: { city: 'Rome' } };
const model = [
  { role: 'user', content: 'weather?' },
  {
    role: 'assistant',
    content: [{ type: 'tool-call', toolCallId: 'c', toolName: 'look', input: call.args }],
  },
  {
    role: 'tool',
    content: [
      { type: 'tool-result', toolCallId: 'c', toolName: 'look', output: { type: 'text', value: words } },
    ],
  },
  { role: 'user', content: 'and now?' },
];
const shapes: Shape[] = [
  {
    what: 'UIMessage',
    package: 'ai',
    versions: ['5.0.0', '7.0.173'],
    accessors: 'aiSdkMessages',
    type: (name) => `import type { UIMessage as M } from '${name}';`,
    messages: () => [
      { id: '1', role: 'user', parts: [{ type: 'text', text: 'weather?' }] },
      {
        id: '2',
        role: 'assistant',
        parts: [
          { type: 'tool-look', toolCallId: 'c', state: 'output-available', input: call.args, output: words },
        ],
      },
      { id: '3', role: 'user', parts: [{ type: 'text', text: 'and now?' }] },
    ],
  },
  {
    what: 'ModelMessage',
    package: 'ai',
    versions: ['5.0.0', '7.0.173'],
    accessors: 'aiSdkMessages',
    type: (name) => `import type { ModelMessage as M } from '${name}';`,
    messages: () => model,
  },
  {
    what: 'MessageParam',
    package: '@anthropic-ai/sdk',
    versions: ['0.27.0', '1.14.0'],
    accessors: 'anthropicMessages',
    type: (name) => `import type Anthropic from '${name}'; type M = Anthropic.MessageParam;`,
    messages: () => [
      { role: 'user', content: 'weather?' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'c', name: 'look', input: call.args }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c', content: words }] },
      { role: 'assistant', content: 'fine' },
      { role: 'user', content: 'and now?' },
    ],
  },
  {
    what: 'BaseMessage',
    package: '@langchain/core',
    versions: ['0.3.0', '1.4.0'],
    accessors: 'langchainMessages',
    type: (name) => `import type { BaseMessage as M } from '${name}/messages';`,
    messages: ({ HumanMessage, AIMessage, ToolMessage }) => {
      const make = (kind: (new (fields: never) => object) | undefined, made: object): object =>
        new (kind as new (fields: object) => object)(made);
      return [
        make(HumanMessage, { content: 'weather?' }),
        make(AIMessage, { content: '', tool_calls: [call] }),
        make(ToolMessage, { content: words, tool_call_id: 'c' }),
        make(HumanMessage, { content: 'and now?' }),
      ];
    },
  },
  {
    what: 'ResponseInputItem',
    package: 'openai',
    versions: ['4.87.4', '7.59.0'],
    accessors: 'responsesItems',
    type: (name) => `import type { ResponseInputItem as M } from '${name}/resources/responses/responses';`,
    messages: () => [
      { role: 'user', content: 'weather?' },
      { type: 'function_call', call_id: 'c', name: 'look', arguments: '{"city":"Rome"}' },
      { type: 'function_call_output', call_id: 'c', output: words },
      { role: 'user', content: 'and now?' },
    ],
  },
  {
    what: 'ChatCompletionMessageParam',
    package: 'openai',
    versions: ['4.87.4', '7.59.0'],
    accessors: 'openaiMessages',
    needed: false,
    type: (name) =>
      `import type { ChatCompletionMessageParam as M } from '${name}/resources/chat/completions';`,
    messages: () => [
      { role: 'user', content: 'weather?' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'look', arguments: '{"city":"Rome"}' } }],
      },
      { role: 'tool', tool_call_id: 'c', content: words },
      { role: 'user', content: 'and now?' },
    ],
  },
];

const calls: Record<string, (accessors: string) => string> = {
  counts: (own) => `const n: number = countChatTokens({ messages: h }, { tokenizer${own} }).total; void n;`,
  fits: (own) => `const kept: M[] = fitMessages(h, { tokenizer, limit: 900${own} }).messages; void kept;`,
  compacts: (own) =>
    `const r = await compactMessages(h, { tokenizer, limit: 900, summarize: ({ messages }) => { const m: M[] = messages; return String(m.length); }${own} }); const back: M[] = r.messages; void back;`,
};

const alias = (shape: Shape, version: string): string =>
  `${shape.package.replace(/[@/]/g, '_')}-${version}`.replace(/^_/, '');

function install(): void {
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(folder, 'package.json')))
    writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}');
  const wanted = new Set(
    shapes.flatMap((shape) =>
      shape.versions.map((version) => `${alias(shape, version)}@npm:${shape.package}@${version}`),
    ),
  );
  const missing = [...wanted].filter(
    (one) => !existsSync(join(folder, 'node_modules', one.split('@npm:')[0] as string)),
  );
  if (missing.length > 0)
    execFileSync(
      'npm',
      [
        'install',
        '--prefix',
        folder,
        '--no-audit',
        '--no-fund',
        '--legacy-peer-deps',
        ...missing,
        '@types/node@20',
        'zod@4',
      ],
      { stdio: ['ignore', 'ignore', 'ignore'] },
    );
  const own = join(folder, 'node_modules/rolecall');
  rmSync(own, { recursive: true, force: true });
  symlinkSync(root, own);
}

/** The first error of each file, or none. */
function compile(files: ReadonlyMap<string, string>): Map<string, string | undefined> {
  for (const [name, code] of files) writeFileSync(join(folder, name), `${code}\nexport {};\n`);
  const program = ts.createProgram(
    [...files.keys()].map((name) => join(folder, name)),
    {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      types: ['node'],
      typeRoots: [join(folder, 'node_modules/@types')],
    },
  );
  return new Map(
    [...files.keys()].map((name) => {
      const source = program.getSourceFile(join(folder, name));
      const [error] = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
      return [name, error && `TS${error.code} ${ts.flattenDiagnosticMessageText(error.messageText, ' ')}`];
    }),
  );
}

const head = `import { compactMessages, countChatTokens, fitMessages, loadTokenizer } from 'rolecall/tokens';
declare const tokenizer: Awaited<ReturnType<typeof loadTokenizer>>;`;

/** What goes wrong at run time, for each of the three. */
async function run(shape: Shape, version: string): Promise<Record<string, string>> {
  const made =
    shape.package === '@langchain/core'
      ? await import(pathToFileURL(join(folder, 'node_modules', alias(shape, version), 'messages.js')).href)
      : {};
  const messages = shape.messages(made);
  const tokenizer = await loadTokenizer('gpt-4o');
  const accessors = all[shape.accessors] as unknown as MessageAccessors<object>;
  const most = tokenizer.count(words);
  const { total } = countChatTokens({ messages }, { tokenizer, accessors });
  const fitted = fitMessages(messages, { tokenizer, accessors, limit: total - 1 });
  const compacted = await compactMessages(messages, {
    tokenizer,
    accessors,
    limit: 100,
    summarize: () => 'all was well',
  });
  const said = compacted.messages.flatMap((message) => accessors.read(message) ?? []);
  return {
    counts: total > most && total < most + 80 ? '' : `${total} tokens`,
    fits: fitted.kept.length === 1 && fitted.tokens <= total - 1 ? '' : JSON.stringify(fitted.kept),
    compacts: said.some(({ text }) => text.includes('all was well')) ? '' : 'no summary',
  };
}

try {
  install();
} catch {
  console.log('The packages are not to be had here: the shapes of messages are not checked.');
  process.exit(0);
}
const files = new Map<string, string>();
for (const shape of shapes)
  for (const version of shape.versions)
    for (const [what, code] of Object.entries(calls))
      for (const own of [true, false]) {
        const type = shape.type(alias(shape, version));
        const imported = own ? `\nimport { ${shape.accessors} } from 'rolecall/tokens';` : '';
        const option = own ? `, accessors: ${shape.accessors}` : '';
        files.set(
          `${alias(shape, version)}.${shape.what}.${what}.${own}.ts`,
          `${head}${imported}\n${type}\ndeclare const h: M[];\n${code(option)}`,
        );
      }
const errors = compile(files);
let wrong = 0;
console.log(
  '| package | version | type | accessors | with them it compiles | without | counts | fits | compacts |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
for (const shape of shapes)
  for (const version of shape.versions) {
    const of = (own: boolean) =>
      Object.keys(calls).map((what) =>
        errors.get(`${alias(shape, version)}.${shape.what}.${what}.${own}.ts`),
      );
    const withThem = of(true).find((error) => error !== undefined);
    const without = of(false).filter((error) => error === undefined).length;
    const results = await run(shape, version).catch((error: Error) => ({
      counts: error.message,
      fits: '-',
      compacts: '-',
    }));
    const expected = shape.needed === false ? 3 : 0;
    const bad = withThem !== undefined || without !== expected || Object.values(results).some(Boolean);
    if (bad) wrong += 1;
    if (withThem !== undefined) console.error(`${shape.what} of ${shape.package}@${version}: ${withThem}`);
    console.log(
      `| ${shape.package} | ${version} | ${shape.what} | ${shape.accessors} | ${withThem === undefined ? 'yes' : 'NO'} | ${without === expected ? (expected === 0 ? 'refused' : 'yes') : `${without} of 3 compile`} | ${results.counts || 'yes'} | ${results.fits || 'yes'} | ${results.compacts || 'yes'} |`,
    );
  }
if (values.folder === undefined) rmSync(folder, { recursive: true, force: true });
process.exitCode = wrong === 0 ? 0 : 1;
