import { asString, isRecord, type MessageView } from '../messages/view.js';
import { type Confidence, functionsEra, weaker } from './chat-rules.js';
import { shownSchema } from './json-text.js';
import type { CountContext } from './message-count.js';
import {
  type FunctionDefinition,
  hasBilledKeywords,
  renderToolDefinitions,
  TOOLS_OPENING,
} from './tool-definitions.js';

/** What a request holds beside its messages. */
export interface RequestParts {
  tools?: readonly unknown[] | undefined;
  /** Deprecated: the functions of before tools. */
  functions?: readonly unknown[] | undefined;
  tool_choice?: unknown;
  /** Deprecated. */
  function_call?: unknown;
  response_format?: unknown;
}

export interface PartsCount {
  /** Tool definitions and the choice among them. */
  tools: number;
  responseFormat: number;
  confidence: { tools: Confidence; responseFormat: Confidence };
}

function definitionOf(value: unknown): FunctionDefinition | undefined {
  if (!isRecord(value)) return undefined;
  const inner = value['function'] ?? value['custom'] ?? value;
  if (!isRecord(inner) || typeof inner['name'] !== 'string') return undefined;
  const description = typeof inner['description'] === 'string' ? inner['description'] : undefined;
  return { name: inner['name'], description, parameters: inner['parameters'] };
}

function definitionsOf(parts: RequestParts): FunctionDefinition[] {
  return [...(parts.tools ?? []), ...(parts.functions ?? [])].flatMap((tool) => definitionOf(tool) ?? []);
}

/** The function that the model is told to call, by `tool_choice` or `function_call`. */
function choiceTokens(parts: RequestParts, context: CountContext): number {
  const { count, rules } = context;
  const choice = parts.tool_choice ?? parts.function_call;
  if (choice === 'none') return 1;
  if (!isRecord(choice)) return 0;
  const legacy = parts.tool_choice === undefined || parts.tool_choice === null;
  const named = isRecord(choice['function']) ? choice['function'] : legacy ? choice : undefined;
  const name = asString(named?.['name']);
  return name === '' ? 0 : count(name) + (legacy ? rules.namedFunction : rules.namedChoice);
}

/** The text that stands behind the system text, encoded in these pieces. */
interface Sections {
  opening: string;
  /** Encoded apart. */
  rest: string;
}

function toolSections(parts: RequestParts, context: CountContext): Sections | undefined {
  const definitions = definitionsOf(parts);
  if (definitions.length === 0) return undefined;
  const layout = (parts.functions ?? []).length > 0 ? functionsEra.layout : context.rules.layout;
  const text = renderToolDefinitions(definitions, layout);
  return context.rules.splitsOpening
    ? { opening: TOOLS_OPENING, rest: text }
    : { opening: TOOLS_OPENING + text, rest: '' };
}

/** The schema that the reply is bound to, if the request has one. */
function formatOf(value: unknown): { name: string; schema: unknown } | undefined {
  if (!isRecord(value) || value['type'] !== 'json_schema') return undefined;
  const inner = isRecord(value['json_schema']) ? value['json_schema'] : value;
  return { name: asString(inner['name']), schema: inner['schema'] ?? {} };
}

/** Tokens that a text adds behind the system text, or in a system message of its own. */
function addedTokens(
  opening: string,
  system: string | undefined,
  lead: string,
  context: CountContext,
): number {
  const { count, rules } = context;
  if (system === undefined) return rules.message + count('system') + count(opening);
  return count(`${lead}${system}\n\n${opening}`) - (system === '' ? 0 : count(system));
}

/** The system text that hidden text goes behind: that of the first system or developer message. */
export function leadingSystem(messages: readonly MessageView[]): string | undefined {
  return messages.find(({ role }) => role === 'system' || role === 'developer')?.text;
}

/** The tokens of a request beside its messages and the opening of the reply. */
export function countParts(
  parts: RequestParts,
  system: string | undefined,
  context: CountContext,
): PartsCount {
  const { count, rules } = context;
  let tools = choiceTokens(parts, context);
  const confidence = { tools: rules.confidence.tools, responseFormat: rules.confidence.format };
  if (tools > 1) confidence.tools = weaker(confidence.tools, 'estimated');
  // No bill is known of the deprecated field with a later model.
  if ((parts.functions ?? []).length > 0 && rules.layout !== functionsEra.layout)
    confidence.tools = weaker(confidence.tools, 'estimated');
  const sections = toolSections(parts, context);
  if (sections !== undefined) {
    if (!definitionsOf(parts).every(({ parameters }) => hasBilledKeywords(parameters)))
      confidence.tools = weaker(confidence.tools, 'derived');
    tools += addedTokens(sections.opening, system, rules.instructions, context);
    tools += (sections.rest === '' ? 0 : count(sections.rest)) - rules.toolsSaving + rules.toolsExtra;
  }
  const format = formatOf(parts.response_format);
  let responseFormat = 0;
  if (format !== undefined) {
    const text = `# Response Formats\n\n## ${format.name}\n\n${JSON.stringify(shownSchema(format.schema))}`;
    responseFormat = addedTokens(text, sections === undefined ? system : (system ?? ''), '', context);
    responseFormat += count(` ${format.name}`) + rules.format;
    if (system !== undefined) confidence.responseFormat = rules.confidence.formatBehindSystem;
    // No bill is known of a schema beside tools.
    if (sections !== undefined) confidence.responseFormat = weaker(confidence.responseFormat, 'derived');
  }
  return { tools, responseFormat, confidence };
}
