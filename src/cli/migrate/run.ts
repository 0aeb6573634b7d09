import {
  type Analysis,
  analyze,
  analyzeShell,
  applyEdits,
  type Edit,
  elsewhereOf,
  type Facts,
  type FileReport,
  type FileText,
  factsOf,
  isPython2,
  type MigrationReport,
  modulePaths,
  openSource,
  type ParsedSource,
  plainPath,
  promptsOfTexts,
  type Site,
} from '../../source/index.js';
import type { CliIO } from '../io.js';
import { findFiles, isMinified, type ReadText, readText } from './files.js';
import { type Grammar, loadParsers, type Parse } from './parsers.js';
import { yamlTexts } from './yaml.js';

/** A file that is to change. */
export interface ChangedFile {
  readonly path: string;
  readonly text: string;
  readonly bom: boolean;
  readonly edits: readonly Edit[];
}

export interface Migration {
  readonly report: MigrationReport;
  readonly changed: readonly ChangedFile[];
}

interface Loaded extends ReadText {
  readonly path: string;
}

const languages: readonly { ends: RegExp; language: ParsedSource['language']; grammar: Grammar }[] = [
  { ends: /\.([cm]?js|jsx)$/, language: 'javascript', grammar: 'javascript' },
  { ends: /\.[cm]?ts$/, language: 'typescript', grammar: 'typescript' },
  { ends: /\.tsx$/, language: 'typescript', grammar: 'tsx' },
  { ends: /\.py$/, language: 'python', grammar: 'python' },
];

const languageOf = (path: string): string =>
  languages.find(({ ends }) => ends.test(path))?.language ??
  (path.endsWith('.sh')
    ? 'shell'
    : /\.ya?ml$/.test(path)
      ? 'yaml'
      : /\.md$/.test(path)
        ? 'markdown'
        : 'text');

/** Parses a file of source code; undefined where its language's own parser would refuse it. */
async function parseSource(parse: Parse, { path, text }: Loaded): Promise<ParsedSource | undefined> {
  const kind = languages.find(({ ends }) => ends.test(path));
  if (kind === undefined) return undefined;
  const { root, broken } = await parse(text, kind.grammar);
  if (broken || (kind.language === 'python' && isPython2(root, text))) return undefined;
  return { path, text, root, language: kind.language };
}

/** Trees of more text than this are made anew when they are needed again, instead of kept. */
const mostKept = 8_000_000;

/** More files than these are not looked at for the sake of others. */
const most = 20_000;

/** What the command knows of the files that it was given, and of those that they take something from. */
class Project {
  readonly facts = new Map<string, Facts>();
  readonly texts = new Set<string>();

  constructor(
    private readonly io: CliIO,
    private readonly parse: Parse,
  ) {}

  async add(file: Loaded): Promise<ParsedSource | undefined> {
    const source = await parseSource(this.parse, file);
    if (source !== undefined) this.facts.set(file.path, factsOf(openSource(source)));
    return source;
  }

  /** Looks at modules and texts beside the given files, for what they say of those. */
  async addNeighbours(): Promise<void> {
    // A map grows while it is walked: what a neighbour takes from its own is looked at too.
    for (const [path, { taken, files }] of this.facts) {
      if (this.facts.size > most) return;
      for (const module of new Set(taken.map((one) => one.module))) {
        const paths = modulePaths(path, module);
        if (!paths.some((one) => this.facts.has(one))) await this.addFirst(paths);
      }
      const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '';
      for (const name of files) {
        for (const candidate of new Set([plainPath(name), plainPath(folder + name)]))
          await this.addText(candidate);
      }
    }
  }

  private async addFirst(paths: readonly string[]): Promise<void> {
    for (const path of paths.filter((one) => languages.some(({ ends }) => ends.test(one)))) {
      const text = await readText(this.io, path).catch(() => undefined);
      if (text === undefined) continue;
      await this.add({ path, ...text });
      return;
    }
  }

  private async addText(path: string): Promise<void> {
    if (this.texts.has(path)) return;
    const read = await readText(this.io, path).catch(() => undefined);
    if (read !== undefined) await this.noteText({ path, ...read });
  }

  async noteText(file: Loaded): Promise<FileText[] | undefined> {
    const texts = /\.ya?ml$/.test(file.path) ? await yamlTexts(file.text) : [{ line: 1, text: file.text }];
    const found = texts === undefined ? [] : promptsOfTexts(file.path, texts);
    if (found.some(({ dialect }) => dialect !== null)) this.texts.add(file.path);
    return texts;
  }
}

function statusOf({ sites }: Pick<Analysis, 'sites'>): FileReport['status'] {
  const done = sites.filter(({ action }) => action !== 'reported').length;
  if (sites.length === 0) return 'clean';
  return done === sites.length ? 'rewritten' : done > 0 ? 'partly' : 'reported';
}

export interface MigrateOptions {
  readonly model: string;
  readonly shim: boolean;
}

/** Looks at all files below the paths: what they hold, and how those that can be rewritten change. Nothing is written. */
export async function migrate(
  io: CliIO,
  paths: readonly string[],
  options: MigrateOptions,
): Promise<Migration> {
  const found = await findFiles(io, paths);
  const parse = await loadParsers();
  const project = new Project(io, parse);
  const report: MigrationReport = { files: [], sites: [], prompts: [] };
  const changed: ChangedFile[] = [];
  const sources: (Loaded & { source: ParsedSource | undefined })[] = [];
  let kept = 0;
  const note = (path: string, status: FileReport['status'], reason: FileReport['reason'] = null): void => {
    report.files.push({ path, language: languageOf(path), status, reason });
  };

  for (const path of found) {
    const read = await readText(io, path);
    if (read === undefined) {
      note(path, 'skipped', 'syntax');
      continue;
    }
    const file = { path, ...read };
    if (isMinified(path, read.text)) note(path, 'skipped', 'minified');
    else if (path.endsWith('.sh')) {
      const { root } = await parse(read.text, 'bash');
      const sites = analyzeShell(path, root, read.text, options.model);
      report.sites.push(...sites);
      note(path, statusOf({ sites }));
    } else if (languages.some(({ ends }) => ends.test(path))) {
      const source = await project.add(file);
      if (source === undefined) note(path, 'skipped', 'syntax');
      else {
        kept += file.text.length;
        sources.push({ ...file, source: kept < mostKept ? source : undefined });
      }
    } else {
      const texts = await project.noteText(file);
      if (texts !== undefined) report.prompts.push(...promptsOfTexts(path, texts));
      note(path, texts === undefined ? 'skipped' : 'clean', texts === undefined ? 'syntax' : null);
    }
  }
  await project.addNeighbours();
  for (const file of sources) {
    const source = file.source ?? (await parseSource(parse, file));
    if (source === undefined) continue;
    const elsewhere = elsewhereOf(file.path, project.facts, project.texts);
    const { sites: found, prompts, edits } = analyze(openSource(source, elsewhere), options);
    const parses = edits.length === 0 || (await stillParses(parse, file, edits));
    const sites = parses ? found : leftAlone(found);
    report.sites.push(...sites);
    report.prompts.push(...prompts);
    note(file.path, statusOf({ sites }));
    if (parses && edits.length > 0) changed.push({ ...file, edits });
  }
  return { report: ordered(report), changed };
}

/** Whether what would be written parses as what was there did. */
async function stillParses(parse: Parse, file: Loaded, edits: readonly Edit[]): Promise<boolean> {
  return (await parseSource(parse, { ...file, text: applyEdits(file.text, edits) })) !== undefined;
}

/** Calls that were to be rewritten, left to a person instead. */
const leftAlone = (sites: readonly Site[]): Site[] =>
  sites.map((site) =>
    site.action === 'reported'
      ? site
      : {
          ...site,
          action: 'reported',
          reasons: ['options'],
          note: 'What would be written here does not parse.',
        },
  );

function ordered(report: MigrationReport): MigrationReport {
  const byPlace = (a: { path: string; line?: number; column?: number }, b: typeof a): number =>
    a.path < b.path
      ? -1
      : a.path > b.path
        ? 1
        : (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
  report.files.sort(byPlace);
  report.sites.sort(byPlace);
  report.prompts.sort(byPlace);
  return report;
}
