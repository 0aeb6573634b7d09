import { bindingAt, followed, type SourceFile } from '../syntax/file.js';
import type { SyntaxNode } from '../syntax/node.js';
import type { Reason } from '../types.js';
import type { PromptText } from './evaluate.js';
import { type Holds, holdsOf } from './holds.js';
import {
  asksAssistant,
  endsInHoleLabel,
  hasHoleLabel,
  hidesTurn,
  labelsByHole,
  namesTurn,
  type Place,
  placesOf,
  type Understood,
} from './understand.js';
import { added } from './writes.js';

/** Words by which people name what a system message says; a hole that starts a prompt, in its own paragraph, may be one. */
const instructions =
  /(persona|instruct|system|intro|preamble|descri|character|rules|about|bio|background|personality|identity|header|setting|task|directive|guideline|role)/i;
/** Words by which people name a conversation so far. */
const conversations = /(histor|transcript|chat_?log|conversation|dialog|messages|turns|session)/i;

/** True where the prompt is a list: several prompts, or token ids. */
export function isBatch(file: SourceFile, node: SyntaxNode): boolean {
  const expression = file.lower(followed(file, node));
  if (expression.kind === 'list' || expression.kind === 'comprehension') return true;
  if (expression.kind !== 'call') return false;
  const callee = file.lower(expression.callee);
  const name = callee.kind === 'member' ? callee.name : callee.kind === 'name' ? callee.name : '';
  if (/^(map|filter|split|splitlines|encode|flatMap|slice|concat|list|tolist)$/.test(name)) {
    return name !== 'slice' && name !== 'concat'
      ? true
      : callee.kind === 'member' && isBatch(file, callee.object);
  }
  return false;
}

function ofHolds(holds: Holds): Reason | undefined {
  if (holds === 'turns') return 'turns-elsewhere';
  return holds === 'condition' ? 'conditional' : undefined;
}

/** A hole that stands where turns stand: on lines of its own, and not as what a labelled turn says. */
function standsForTurns(place: Place, holds: Holds): boolean {
  if (!place.alone || place.opensTurn || place.fenced || holds === 'plain') return false;
  return !(
    place.first &&
    place.blankAfter &&
    instructions.test(place.hole.source) &&
    !conversations.test(place.hole.source)
  );
}

/**
 * True where a prompt asks for more than an answer: it ends with an empty turn of the user's, or what starts the answer is
 * filled in, so that what it is can't be seen.
 */
function endsOddly({ parsed, messages }: Understood): boolean {
  const last = parsed.turns.at(-1);
  if (last?.role === 'user' && parsed.text.slice(last.contentStart, last.contentEnd).trim() === '')
    return true;
  return parsed.ending === 'prefill' && messages.at(-1)?.parts.some(({ type }) => type === 'hole') === true;
}

const fewLetters = 20;

/** True where a name that is the prompt is added to after it was used: the answer, and then the next question. */
function growsLater(file: SourceFile, text: PromptText): boolean {
  const [part] = text.parts;
  if (text.seen || part?.type !== 'hole') return false;
  const binding = bindingAt(file, part.value);
  return (
    binding?.writes.some(
      (write) => write.target.start > part.value.end && added(file, binding, write) !== undefined,
    ) === true
  );
}

/**
 * Why a prompt can't be turned into messages where it stands; undefined where it can. A hole counts as content of its
 * turn unless there is a sign that it holds turns.
 */
export function promptReason(
  file: SourceFile,
  text: PromptText,
  understood: Understood,
  stop: readonly string[],
): Reason | undefined {
  const { parsed, dialect, standIn, strange } = understood;
  const places = placesOf(understood);
  const held = places.map(({ hole }) => holdsOf(file, hole.value));
  for (const holds of held) {
    const reason = ofHolds(holds);
    if (reason !== undefined) return reason;
  }
  if (strange || (dialect !== null && endsOddly(understood))) return 'turns-elsewhere';
  if (text.parts.every(({ type }) => type === 'text')) return undefined;
  if (hidesTurn(text.parts, stop, understood)) return 'turns-elsewhere';
  const stopsNameTurns = stop.some(namesTurn);
  if (dialect === null) {
    const alone = places.filter((place, index) => place.alone && held[index] !== 'plain');
    const words = text.parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
    // Nothing else says what is asked for: what goes by such a name is the conversation itself.
    const isBare = words.replace(/[^\p{L}]/gu, '').length < fewLetters;
    if (
      isBare &&
      places.some(({ hole }, index) => held[index] !== 'plain' && conversations.test(hole.source))
    ) {
      return 'turns-elsewhere';
    }
    if (growsLater(file, text)) return 'turns-elsewhere';
    if (endsInHoleLabel(standIn.text)) return 'turns-elsewhere';
    if (alone.length > 0 && (stopsNameTurns || asksAssistant(standIn.text))) return 'turns-elsewhere';
    return stopsNameTurns && hasHoleLabel(standIn.text) ? 'turns-elsewhere' : undefined;
  }
  if (hasHoleLabel(parsed.text) || labelsByHole(parsed)) return 'turns-elsewhere';
  return places.some((place, index) => standsForTurns(place, held[index]!)) ? 'turns-elsewhere' : undefined;
}
