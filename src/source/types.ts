/** What kind of call of a completions endpoint a site is. */
export type SiteKind =
  | 'openai-node-3'
  | 'openai-node-4'
  | 'openai-python-0'
  | 'openai-python-1'
  | 'http'
  | 'curl'
  | 'langchain';

/** Why a call is left as it is. */
export type Reason =
  | 'turns-elsewhere'
  | 'conditional'
  | 'batch'
  | 'parameter'
  | 'model'
  | 'fine-tuned'
  | 'reply'
  | 'stream'
  | 'options'
  | 'framework'
  | 'shell'
  | 'gone';

/** A call of a completions endpoint. */
export interface Site {
  path: string;
  /** Line and column count from 1, in UTF-16 units, at the name that is called. */
  line: number;
  column: number;
  kind: SiteKind;
  /** The model as the source names it; null where it can't be seen. */
  model: string | null;
  action: 'rewritten' | 'reported' | 'shimmed';
  reasons: Reason[];
  /** What a person should know or do; empty where there is nothing to say. */
  note: string;
}

/** A message of a prompt: text as the program sees it, and the places that are filled when it runs. */
export interface PromptMessage {
  role: 'system' | 'user' | 'assistant';
  content: (string | { hole: string })[];
}

export interface PromptReport {
  path: string;
  line: number;
  /** The dialect's name, `labels` for labels of its own, null for what is no conversation. */
  dialect: string | null;
  messages: PromptMessage[];
  stop: string[];
}

export type FileStatus = 'rewritten' | 'partly' | 'reported' | 'clean' | 'skipped';

export interface FileReport {
  path: string;
  language: string;
  status: FileStatus;
  reason: 'syntax' | 'minified' | null;
}

export interface MigrationReport {
  files: FileReport[];
  sites: Site[];
  prompts: PromptReport[];
}
