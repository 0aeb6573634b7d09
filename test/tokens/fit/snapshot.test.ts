import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoFor, recall, remember } from '../../../src/tokens/fit/snapshot.js';
import { runs } from '../../support/runs.js';

const objects = fc.dictionary(fc.string({ maxLength: 3 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 });
const groups = fc.array(objects, { minLength: 1, maxLength: 3 });

describe('a remembered count', () => {
  it('is recalled for what says the same, and for nothing else', () => {
    fc.assert(
      fc.property(groups, groups, (group, other) => {
        const memo = new WeakMap();
        remember(memo, group, 0, group.length, 7);
        expect(recall(memo, group, 0, group.length)?.tokens).toBe(7);
        // The same first object, which says what the other group says by now.
        const before = JSON.stringify(group);
        const first = group[0] as Record<string, unknown>;
        for (const key of Object.keys(first)) delete first[key];
        Object.assign(first, other[0]);
        const changed = [first, ...other.slice(1)];
        const same = JSON.stringify(changed) === before;
        if (!same) expect(recall(memo, changed, 0, changed.length)).toBeUndefined();
      }),
      runs(500),
    );
  });

  it.each<[string, (message: { content: unknown; more?: unknown }) => void]>([
    ['a text', (message) => Object.assign(message, { content: 'b' })],
    ['a part', (message) => Object.assign((message.content as object[])[0] as object, { text: 'b' })],
    ['a part more', (message) => (message.content as object[]).push({})],
    ['a field more', (message) => Object.assign(message, { more: 1 })],
    ['a field less', (message) => delete message.more],
  ])('is void after a change of %s', (what, change) => {
    const message = { content: what === 'a text' ? 'a' : [{ type: 'text', text: 'a' }], more: 2 };
    if (what === 'a field more') Reflect.deleteProperty(message, 'more');
    const memo = new WeakMap();
    remember(memo, [message], 0, 1, 7);
    expect(recall(memo, [message], 0, 1)?.tokens).toBe(7);
    change(message);
    expect(recall(memo, [message], 0, 1)).toBeUndefined();
  });

  it('belongs to what counted it', () => {
    const [one, other] = [{}, {}];
    expect(memoFor([one], 'a')).toBe(memoFor([one], 'a'));
    expect(memoFor([one], 'a')).not.toBe(memoFor([one], 'b'));
    expect(memoFor([one], 'a')).not.toBe(memoFor([other], 'a'));
    expect(memoFor([one, other], 'a')).not.toBe(memoFor([one], 'a'));
  });
});
