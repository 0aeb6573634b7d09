import { RolecallError } from '../errors.js';
import type { ToolSyntax } from './calls.js';
import { compileMarkers } from './markers.js';
import { isBlank } from './space.js';
import { provideSyntax } from './syntaxes.js';
import type { Template } from './template.js';

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

/** Can a text stand in front of the first turn with no mark, and be found there? Not a blank one, nor behind a BOM. */
export const standsAlone = (text: string): boolean => !isBlank(text) && text.charCodeAt(0) !== 0xfeff;

/** What `defineDialect` takes for a dialect of markers. Everything but the name and two roles has a default. */
export type MarkerDialectDefinition = { name: string; roles: MarkerDialect['roles'] } & Partial<
  Omit<MarkerDialect, 'kind' | 'name' | 'roles'>
>;

/** The dialect of a definition, checked and completed. Throws `invalid-dialect` with the path of what is wrong. */
export function completeMarkerDialect(definition: MarkerDialectDefinition): MarkerDialect {
  provideSyntax({ markers: compileMarkers });
  const { name, roles } = definition;
  const invalid = (message: string, path: string): RolecallError =>
    new RolecallError('invalid-dialect', message, { path });
  if (typeof name !== 'string' || name === '') throw invalid('A dialect needs a name.', 'name');
  for (const role of ['user', 'assistant'] as const) {
    if (typeof roles?.[role]?.open !== 'string' || roles[role].open.trim() === '') {
      throw invalid(`Dialect "${name}" needs an opening mark for the ${role}.`, `roles.${role}.open`);
    }
  }
  const marks = Object.values(roles).flatMap(({ open, close }) => [open.trim(), close.trim()]);
  const labelTexts = definition.labelTexts ?? [];
  const unmarked = (mark: string): boolean => !labelTexts.includes(mark);
  const dialect: MarkerDialect = {
    kind: 'markers',
    name,
    models: definition.models ?? '',
    bos: definition.bos ?? '',
    roles,
    after: definition.after ?? {},
    reads: definition.reads ?? {},
    closers: definition.closers ?? [],
    generation: definition.generation ?? roles.assistant.open,
    systemPlacement: definition.systemPlacement ?? (roles.system === undefined ? 'none' : 'turn'),
    alternation: definition.alternation ?? 'free',
    specialTokens: definition.specialTokens ?? [
      ...new Set(marks.filter((mark) => mark !== '' && unmarked(mark))),
    ],
    labelTexts,
    stop: definition.stop ?? [roles.assistant.close.trim()].filter((mark) => mark !== ''),
    reasoning: definition.reasoning ?? null,
    toolSyntax: definition.toolSyntax ?? null,
    toolResult: definition.toolResult ?? 'text',
  };
  return definition.template === undefined ? dialect : withTemplate(dialect, definition.template);
}

/** Gives a dialect its template. A function is no data: it is not enumerable, so that copies and JSON leave it out. */
export function withTemplate<D extends { template?: Template }>(dialect: D, template: Template): D {
  return Object.defineProperty(dialect, 'template', { value: template });
}
