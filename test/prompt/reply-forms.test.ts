import { expect, it } from 'vitest';
import { type DialectName, dialects } from '../../src/formats/index.js';
import { replyFormOf } from '../../src/formats/reply-forms.js';

it.each(Object.keys(dialects) as DialectName[])('the form of replies in %s is the dialect’s own', (name) => {
  const dialect = dialects[name];
  const { toolSyntax = null, reasoning = null } = dialect.kind === 'markers' ? dialect : {};
  expect(replyFormOf(name)).toEqual({ toolSyntax, reasoning });
  expect(replyFormOf(dialect)).toMatchObject({ toolSyntax, reasoning });
});

it('names what is near an unknown name', () => {
  expect(() => replyFormOf('qwen-3' as DialectName)).toThrow(/"qwen3"|qwen3/);
  expect(() => replyFormOf({ kind: 'other' } as never)).toThrow(/no dialect/);
});
