import type { MarkerDialect } from '../dialect/types.js';
import { dialects } from '../formats/index.generated.js';

/**
 * What special tokens look like, in whatever brackets: `<|x|>`, `<|x>`, `<x|>`, `<｜x｜>`, `[|x|]`, `[X]`, `]~x]`, `[e~[`, `<X_1>`, `<#x#>`,
 * `<_x>`, and
 * tags with a name that models use.
 */
const SHAPES = [
  String.raw`<\|[^|<>\s'{}]{1,60}\|?>`,
  String.raw`<[^|<>\s'{}]{1,60}\|>`,
  "<｜[^｜<>'{}]{1,60}｜>",
  String.raw`\[\|[^|[\]\s'{}]{1,60}\|\]`,
  String.raw`\]~!?[a-z]{0,12}[\][]`,
  String.raw`\[[a-z]{1,12}~\[`,
  String.raw`\[/?[A-Z][A-Z_]+\]`,
  String.raw`\[[a-z]?[A-Z]{3,12}\]`,
  '<</?SYS>>',
  '<(?:extra_id_|unused|reserved_|special_)\\d+>',
  String.raw`<#[^#<>\s]{1,40}#>`,
  '<_[a-z]{2,16}>',
  String.raw`</?[A-Z][A-Z_]*(?:TOKEN|\d+|CALL|RESPONSE)>`,
  `</?(?:[a-z]{2,12}:)?(?:s|bos|eos|pad|unk|mask|sop|eop|sep|cls|think|tools?|tool_calls?|tool_response|tool_results?|tool_outputs?|arg_key|arg_value|function_calls?|functions?|(?:start|end)_(?:of_turn|of_image|function_call|function_declaration|function_response)|end_of_utterance|image_soft_token)>`,
];
const TOKEN = new RegExp(SHAPES.join('|'), 'g');

/** The special tokens that a text shows, each once. */
export const tokensIn = (text: string): string[] => [...new Set(text.match(TOKEN) ?? [])];

/** Can a text open a turn? Brackets and commas can't be told from words. */
export const isTelling = (mark: string): boolean => /\w{3}|[\u2581\uff5c]/.test(mark);

/** The token that a text ends with, in front of white space; '' for none. */
export function lastToken(text: string): string {
  const token = tokensIn(text).at(-1) ?? '';
  return text.trimEnd().endsWith(token) ? token : '';
}

/** A place inside of a token moved to its end. */
export function behindToken(text: string, place: number): number {
  for (const { index, 0: token } of text.matchAll(TOKEN))
    if (index < place && place < index + token.length) return index + token.length;
  return place;
}

/** A place inside of a token moved to its start. */
export function beforeToken(text: string, place: number): number {
  for (const { index, 0: token } of text.matchAll(TOKEN))
    if (index < place && place < index + token.length) return index;
  return place;
}

/** The special token that a text begins with, behind white space; '' for none. */
export function firstToken(text: string): string {
  const bare = text.trimStart();
  const found = bare.match(TOKEN)?.[0] ?? '';
  return bare.startsWith(found) ? found : '';
}

/** Tokens by which a family is known even where a template shows no mark of its turns. */
const families: readonly (readonly string[])[] = [
  [
    '[gMASK]',
    '[sMASK]',
    '[MASK]',
    '<sop>',
    '<eop>',
    '<|system|>',
    '<|user|>',
    '<|assistant|>',
    '<|observation|>',
    '<|endoftext|>',
  ],
  [']~!b[', ']~b]', '[e~[', '<minimax:tool_call>', '</minimax:tool_call>'],
  ['<SPECIAL_{n}>'],
  [
    '<|turn>',
    '<turn|>',
    '<|channel>',
    '<channel|>',
    '<|tool>',
    '<tool|>',
    '<|tool_call>',
    '<tool_call|>',
    '<|tool_response>',
    '<tool_response|>',
    '<|"|>',
    '<|think|>',
    '<bos>',
    '<eos>',
    '<|image|>',
    '<|audio|>',
  ],
  [
    '<|im_user|>',
    '<|im_assistant|>',
    '<|im_system|>',
    '<|im_middle|>',
    '<|im_end|>',
    '[BOS]',
    '[EOS]',
    '<|tool_calls_section_begin|>',
    '<|tool_calls_section_end|>',
    '<|tool_call_begin|>',
    '<|tool_call_argument_begin|>',
    '<|tool_call_end|>',
  ],
];

const asPattern = (token: string): string => token.replace('{n}', '\u0000');

/** All that is known of the families whose tokens are among those shown: what a template does not show of them. */
export function relatedTokens(shown: readonly string[]): string[] {
  const has = (token: string): boolean =>
    shown.some((one) => one === token || asPattern(one.replace(/\d+/, '{n}')) === asPattern(token));
  /** A token of turns; what many families share (`<s>`, `<think>`) tells nothing. */
  const telling = (token: string): boolean => !/^<\/?\w+>$|endoftext/.test(token);
  const related: string[] = [];
  for (const family of families)
    if (family.some((token) => telling(token) && has(token))) related.push(...family);
  for (const dialect of Object.values(dialects)) {
    if (dialect.kind !== 'markers') continue;
    const { user, assistant }: MarkerDialect['roles'] = dialect.roles;
    const marks = tokensIn(user.open + user.close + assistant.open + assistant.close);
    if (marks.some((token) => telling(token) && has(token))) related.push(...dialect.specialTokens);
  }
  return [...new Set(related)];
}
