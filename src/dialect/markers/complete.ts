import type { ToolSyntax } from '../../body/call.js';
import { provide } from '../compile.js';
import type { Template } from '../template.js';
import { compileMarkers } from './turns.js';

/** What stands around a turn's content. */
export interface Marks {
  open: string;
  close: string;
}

/** The roles that marks can name. */
export type MarkerRole = 'system' | 'developer' | 'user' | 'assistant' | 'tool';

/** A dialect that sets each turn between control tokens: `<|im_start|>user\n…<|im_end|>`. Plain data but for `template`. */
export interface MarkerDialect {
  kind: 'markers';
  name: string;
  /** Which models speak it, for people. */
  models: string;
  /** Begins every prompt; '' where the models have none, or where each turn brings its own. */
  bos: string;
  /** A role without marks has no turns of its own. */
  roles: Readonly<{ user: Marks; assistant: Marks } & Partial<Record<MarkerRole, Marks>>>;
  /** Openings that differ behind a role, as `system>user`; `start>user` at the start of a prompt. */
  after: Readonly<Record<string, string>>;
  /** Other openings that are read, never written. */
  reads: Readonly<Partial<Record<MarkerRole, readonly string[]>>>;
  /** Other marks that close a turn. */
  closers: readonly string[];
  /** The open turn of the assistant; behind a role, as `system>`, where it differs. */
  generation: string;
  /**
   * `turn`: the system has its marks. `preamble`: its text stands before the first turn. `none`: the model knows no such
   * role. `gathered`: nor does it, and the models' template puts all system text in front of one question.
   */
  systemPlacement: 'turn' | 'preamble' | 'none' | 'gathered';
  /** `strict`: the models' own template refuses two turns of the same speaker in a row. */
  alternation: 'free' | 'strict';
  /** All special tokens of the models; `{n}` stands for digits. Escaped inside content. */
  specialTokens: readonly string[];
  /** Texts that open a turn without any special token; escaped in front. */
  labelTexts: readonly string[];
  stop: readonly string[];
  /** The marks around an assistant's reasoning, in front of its words. */
  reasoning: Marks | null;
  /** How calls are written; null: the models have no form of their own. */
  toolSyntax: ToolSyntax | null;
  /** How a tool's result stands in its turn: as text, or as JSON with the id of its call. */
  toolResult: 'text' | 'json' | 'id-content';
  /** Why prompts in the dialect can't be read back, where they can't. */
  unreadable?: string;
  /** What the models' own template writes; without one, the marks alone. */
  template?: Template;
}

/** What `defineDialect` takes for a dialect of markers. Everything but the name and two roles has a default. */
export type MarkerDialectDefinition = { name: string; roles: MarkerDialect['roles'] } & Partial<
  Omit<MarkerDialect, 'kind' | 'name' | 'roles'>
>;

/**
 * The dialect of a definition that is known to be sound, completed (`defineMarkers` checks those of others). It is given
 * as a function, so that bundlers see that nothing happens where a dialect is not used, however its definition is made.
 */
export function completeMarkerDialect(define: () => MarkerDialectDefinition): MarkerDialect {
  provide({ markers: compileMarkers });
  const definition = define();
  const { name, roles, labelTexts = [] } = definition;
  const marks = Object.values(roles).flatMap(({ open, close }) => [open.trim(), close.trim()]);
  const dialect: MarkerDialect = {
    kind: 'markers',
    name,
    models: '',
    bos: '',
    roles,
    after: {},
    reads: {},
    closers: [],
    generation: roles.assistant.open,
    systemPlacement: roles.system === undefined ? 'none' : 'turn',
    alternation: 'free',
    specialTokens: [...new Set(marks)].filter((mark) => mark !== '' && !labelTexts.includes(mark)),
    labelTexts,
    stop: [roles.assistant.close.trim()].filter((mark) => mark !== ''),
    reasoning: null,
    toolSyntax: null,
    toolResult: 'text',
  };
  for (const key of Object.keys(dialect) as (keyof MarkerDialectDefinition)[]) {
    if (definition[key] !== undefined) Object.assign(dialect, { [key]: definition[key] });
  }
  return dialect;
}
