import { loadParsers } from '../../src/cli/migrate/parsers.js';
import { type Analysis, analyze, applyEdits, openSource } from '../../src/source/index.js';

const parse = await loadParsers();

const grammars = { js: 'javascript', ts: 'typescript', tsx: 'tsx', py: 'python' } as const;
const languages = { js: 'javascript', ts: 'typescript', tsx: 'typescript', py: 'python' } as const;

export interface Migrated extends Analysis {
  readonly text: string;
  /** The action of each call, or the reasons why it is left. */
  readonly said: readonly string[];
  readonly broken: boolean;
}

/** What becomes of a source. */
export async function migrated(kind: keyof typeof grammars, text: string, shim = false): Promise<Migrated> {
  const { root } = await parse(text, grammars[kind]);
  const file = openSource({ path: `a.${kind}`, language: languages[kind], text, root });
  const analysis = analyze(file, { model: 'gpt-4o-mini', shim });
  const rewritten = applyEdits(text, analysis.edits);
  const { broken } = await parse(rewritten, grammars[kind]);
  const said = analysis.sites.map(({ action, reasons }) => (action === 'reported' ? reasons.join() : action));
  return { ...analysis, text: rewritten, said, broken };
}

const heads = {
  js: "const OpenAI = require('openai');\nconst openai = new OpenAI();\n",
  ts: "import OpenAI from 'openai';\nconst openai = new OpenAI();\n",
  tsx: "import OpenAI from 'openai';\nconst openai = new OpenAI();\n",
  py: 'import openai\n',
};

/** A source that starts by making a client; the start is left out of the result. */
export async function migratedBody(kind: keyof typeof grammars, body: string): Promise<Migrated> {
  const result = await migrated(kind, heads[kind] + body);
  return { ...result, text: result.text.slice(heads[kind].length) };
}
