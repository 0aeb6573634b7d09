import type { CallFormat } from '../body/call-format.js';
import type { ReasoningMarks } from '../body/think.js';
import type { WarningCode } from '../errors.js';
import type { Content, Pieces } from '../text/pieces.js';

/** The speakers that a label dialect tells apart. */
export type Speaker = 'system' | 'user' | 'assistant';

/** A dialect that writes a name and a colon before each turn: `User: …`. Plain data. */
export interface LabelDialect {
  kind: 'labels';
  name: string;
  /** Labels without their colon. All of them are read; the first of each speaker is written. */
  labels: Readonly<Record<Speaker, readonly string[]>>;
  /** '' where the label is the whole mark: `## User`, `<anna>`. */
  colon: ':' | '：' | '';
  /** What stands between the colon and the content. */
  gap: ' ' | '\n' | '';
  /** A label counts only where nothing else stands on its line. */
  alone: boolean;
  /** Labels also stand in the middle of a line, in exactly this spelling, after white space or `>`. */
  inline: boolean;
  /** What stands between two turns. */
  separator: '\n' | '\n\n' | ' ' | '';
  /** A closing mark of the assistant's turns, such as `</s>`; a line break in front of it is the mark's. */
  assistantEnd: string;
  /** The same of the user's turns. */
  userEnd?: string;
  /** The same of the system's turns, where they have a label. */
  systemEnd?: string;
  /** A mark that labels begin with and that is no part of the speakers' names: `||>` of `||>User:`. */
  labelStart?: string;
  /** A time stamp may stand in front of a label, and is part of its turn: `[12:01] Alice: …`. */
  stamps?: boolean;
  /** What stands between a preamble without a label and the first turn. */
  preambleSeparator: '\n' | '\n\n' | ' ';
  /** What stands before the first turn where there is no preamble. */
  lead: '' | '\n\n';
  /** Where the system text goes: before the first label when it comes first, or always under its label. */
  systemPlacement: 'preamble' | 'label';
  /** Special tokens of the models that speak the dialect; escaped inside content. */
  specialTokens: readonly string[];
  /** Stop sequences that end the assistant's turn. */
  stop: readonly string[];
  /** The speaker's own label is kept as `name` on user messages: the prompt has more than two speakers. */
  named?: boolean;
  /** The system text that the format has where none is given; written under `fidelity: 'template'`. */
  defaultSystem?: string;
  /** What the models' own template writes, where that is more than labels. */
  template?: Template;
  /** The models that speak it, as patterns for `dialectFor`; see the other kind. */
  ids?: readonly string[];
}

export type Dialect = LabelDialect | MarkerDialect;

/** What `defineDialect` takes for a dialect of labels. Everything but the name and two labels has a default. */
export interface LabelDialectDefinition {
  name: string;
  labels: {
    system?: string | readonly string[];
    user: string | readonly string[];
    assistant: string | readonly string[];
  };
  colon?: ':' | '：' | '';
  gap?: ' ' | '\n' | '';
  alone?: boolean;
  inline?: boolean;
  separator?: '\n' | '\n\n' | ' ' | '';
  assistantEnd?: string;
  userEnd?: string;
  systemEnd?: string;
  labelStart?: string;
  stamps?: boolean;
  preambleSeparator?: '\n' | '\n\n' | ' ';
  lead?: '' | '\n\n';
  systemPlacement?: 'preamble' | 'label';
  specialTokens?: readonly string[];
  stop?: string | readonly string[];
  named?: boolean;
  defaultSystem?: string;
  template?: Template;
  ids?: readonly string[];
}

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
  /**
   * The same for `dialectFor`: regular expressions that a model's name (in small letters, without its maker and what quantisers
   * add) fits as a whole; `#` stands for a size, as `7b`. The pattern that spells out most wins.
   */
  ids?: readonly string[];
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
  /** Marks that the model writes behind its words, in front of the stop: they end an answer, and no server is asked to stop there. */
  ends?: readonly string[];
  /** The marks around an assistant's reasoning, in front of its words, and what stands there where there is none. */
  reasoning: ReasoningMarks | null;
  /** How calls are written; null: the models have no form of their own. */
  calls: CallFormat | null;
  /** How a tool's result stands in its turn: as text, or as JSON with the id of its call. */
  toolResult: 'text' | 'json' | 'id-content';
  /** Why prompts in the dialect can't be read back, where they can't. */
  unreadable?: string;
  /** Texts that tell its prompts from those of other dialects with the same marks; with it, `detectDialect` knows the dialect. */
  signs?: readonly string[];
  /** What the models' own template writes; without one, the marks alone. */
  template?: Template;
}

/** What `defineDialect` takes for a dialect of markers. Everything but the name and two roles has a default. */
export type MarkerDialectDefinition = { name: string; roles: MarkerDialect['roles'] } & Partial<
  Omit<MarkerDialect, 'kind' | 'name' | 'roles'>
>;

/** A call as a template takes it. */
export interface TemplateCall {
  id: Content;
  name: Content;
  /** The arguments as they were given: JSON, or text where they are no JSON. */
  arguments: Content;
  /** The arguments as the template's `tojson` spaces them. */
  json: Content;
  path: string;
}

/** A message as a template takes it, its words joined into one content. */
export interface TemplateMessage {
  role: 'system' | 'developer' | 'user' | 'assistant' | 'tool';
  content: Content;
  /** The same with the reasoning that was found in it, for a template that does not look for any. */
  said: Content;
  /** False where the content was null. */
  given: boolean;
  reasoning: Content | undefined;
  /** The reasoning was found in the words, between `<think>` and `</think>`. */
  inline: boolean;
  calls: TemplateCall[];
  callId: Content;
  /** Of a tool's result: the function that was called. */
  name: Content;
  path: string;
}

/** What a template is given. */
export interface TemplateInput {
  messages: readonly TemplateMessage[];
  tools: readonly unknown[];
  /** True where the prompt ends in an open turn of the assistant. */
  generationPrompt: boolean;
  /** True where the last message, an assistant's, stays open: the template leaves its closing mark out. */
  continues: boolean;
  options: Readonly<Record<string, unknown>>;
  /** Reports a change that the template makes. */
  lossy(code: WarningCode, path: string, message: string): void;
  /** Reports one that comes back. */
  info(code: WarningCode, path: string, message: string): void;
  /** Content without the white space at both ends, as Python's `strip` takes it off, with a warning where there was any. */
  trim(content: Content): Content;
  /** The text of a content, escaped, for a template that can't return pieces. */
  escaped(content: Content): string;
}

/** What the models' own template writes: its own words as structure, those of others as content. */
export type Template = (input: TemplateInput) => Pieces;
