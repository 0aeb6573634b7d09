import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../src/tokens/chat/chat-message.js';
import { fitMessages } from '../../src/tokens/fit/fit.js';
import { systemPlaces } from '../../src/tokens/fit/system-places.js';
import { openaiMessages } from '../../src/tokens/messages/accessors.js';
import { runs } from '../support/runs.js';
import { perCharacter } from './histories.js';

const readPlaces = openaiMessages.systemPlaces as NonNullable<typeof openaiMessages.systemPlaces>;
const places = (messages: ChatMessage[]) => systemPlaces(messages, readPlaces);
const truth = (messages: ChatMessage[]) => readPlaces(messages, 0, messages.length);

const system = (): ChatMessage => ({ role: 'system', content: 's' });
const user = (): ChatMessage => ({ role: 'user', content: 'u' });

const LONG = 20_000;
const long = () => Array.from({ length: LONG }, (_, index) => (index % 5000 === 0 ? system() : user()));

describe('systemPlaces', () => {
  it('reads a history of the usual length anew each time', () => {
    const messages = Array.from({ length: 8000 }, user);
    expect(places(messages)).toEqual([]);
    (messages[4000] as ChatMessage).role = 'developer';
    expect(places(messages)).toEqual([4000]);
    messages[5000] = system();
    expect(places(messages)).toEqual([4000, 5000]);
  });

  it.each<[string, (messages: ChatMessage[]) => void]>([
    ['nothing', () => {}],
    ['messages appended', (messages) => messages.push(user(), system(), user())],
    ['one put in front', (messages) => messages.unshift(system())],
    ['one put in', (messages) => messages.splice(7777, 0, system())],
    ['one taken out', (messages) => messages.splice(5000, 1)],
    [
      'one moved',
      (messages) => messages.splice(2000, 0, ...messages.splice(12_000, 1), ...messages.splice(5000, 1)),
    ],
    ['all but a few dropped', (messages) => messages.splice(0, LONG - 3)],
    ['a system message made another', (messages) => Object.assign(messages[10_000] ?? {}, { role: 'user' })],
    ['one replaced near the beginning', (messages) => messages.splice(3, 1, system())],
    ['one replaced near the end', (messages) => messages.splice(-3, 1, system())],
    ['all replaced', (messages) => messages.fill(system())],
  ])('sees at once in a long one: %s', (_, change) => {
    const messages = long();
    expect(places(messages)).toEqual(truth(messages));
    change(messages);
    expect(places(messages)).toEqual(truth(messages));
  });

  it('sees at last what was changed in place in the midst of a long one', () => {
    const messages = long();
    places(messages);
    messages[11_111] = system();
    Object.assign(messages[14_444] ?? {}, { role: 'developer' });
    for (let call = 0; call < LONG / 2048; call += 1) places(messages);
    expect(places(messages)).toEqual(truth(messages));
  });

  it('reads a new array whole', () => {
    const messages = long();
    places(messages);
    messages[11_111] = system();
    expect(places(messages.slice())).toEqual(truth(messages));
  });

  it('keeps up with a history that grows, shrinks and is edited at its ends', () => {
    const edit = fc.tuple(
      fc.constantFrom('push', 'pop', 'unshift', 'shift', 'end'),
      fc.boolean(),
      fc.nat(900),
    );
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 12 }), (edits) => {
        const messages = long().slice(0, 9000);
        for (const [kind, isSystem, amount] of edits) {
          const some = Array.from({ length: amount }, isSystem ? system : user);
          if (kind === 'push') messages.push(...some);
          else if (kind === 'unshift') messages.unshift(...some);
          else if (kind === 'pop') messages.splice(messages.length - amount);
          else if (kind === 'shift') messages.splice(0, amount);
          else messages[messages.length - 1 - amount] = isSystem ? system() : user();
          expect(places(messages)).toEqual(truth(messages));
        }
      }),
      runs(20),
    );
  });

  it('pins what it finds', () => {
    const messages = long();
    const firstKept = () => fitMessages(messages, { tokenizer: perCharacter, limit: 200 }).kept.slice(0, 4);
    expect(firstKept()).toEqual([0, 5000, 10_000, 15_000]);
    messages.splice(7, 0, system());
    expect(firstKept()).toEqual([0, 7, 5001, 10_001]);
  });
});
