export { type Analysis, type AnalyzeOptions, analyze } from './analyze.js';
export { type Facts, factsOf } from './facts.js';
export { nothingElsewhere, openSource, type ParsedSource } from './open.js';
export { elsewhereOf, modulePaths, plainPath } from './project.js';
export { isPython2 } from './python/old.js';
export { analyzeShell } from './shell.js';
export { applyEdits, type Edit } from './syntax/edits.js';
export type { Elsewhere, SourceFile } from './syntax/file.js';
export type { SyntaxNode } from './syntax/node.js';
export { type FileText, isPromptPath, promptsOfTexts } from './texts.js';
export type {
  FileReport,
  FileStatus,
  MigrationReport,
  PromptMessage,
  PromptReport,
  Reason,
  Site,
  SiteKind,
} from './types.js';
