import { describe, expect, it } from 'vitest';
import {
  detectDialect,
  type ParseOptions,
  parsePrompt,
  renderPrompt,
  unparsePrompt,
} from '../../src/index.js';

/** A flat prompt, and what it means. */
export interface Case {
  name: string;
  text: string;
  options?: ParseOptions;
  /** Roles and contents, tidied; a name stands in brackets. */
  turns: string[];
  ending?: 'open' | 'prefill' | 'closed';
}

const short = { system: 's', user: 'u', assistant: 'a' } as const;
/** A prompt as it is read where stray white space is no part of it. */
export const read = (text: string, options: ParseOptions = {}) =>
  parsePrompt(text, { whitespace: 'tidy', ...options });

/** Reads, edits and writes prompts: every law that holds for one holds for all. */
export const describeCases = (title: string, all: readonly Case[]): void => {
  describe(title, () => {
    it.each(all.map((one) => [one.name, one] as const))('%s', (_, { text, options, turns, ending }) => {
      const parsed = read(text, options);
      const found = parsed.messages.map((message) => {
        const name = 'name' in message ? `[${message.name}]` : '';
        return `${short[message.role as 'user']}${name}:${String(message.content)}`;
      });
      expect(found).toEqual(turns);
      if (ending !== undefined) expect(parsed.ending).toBe(ending);
      expect(detectDialect(text, options)[0]?.dialect).toEqual(parsed.dialect);
    });

    it.each(all.map((one) => [one.name, one] as const))('%s, byte for byte', (_, { text, options }) => {
      for (const whitespace of ['exact', 'tidy'] as const) {
        for (const source of [text, text.replaceAll('\n', '\r\n'), `\ufeff${text}`]) {
          const parsed = parsePrompt(source, { whitespace, ...options });
          expect(unparsePrompt(parsed)).toBe(source);
          expect(unparsePrompt(JSON.parse(JSON.stringify(parsed)))).toBe(source);
        }
      }
    });

    it.each(all.map((one) => [one.name, one] as const))('%s, edited', (_, { text, options }) => {
      const parsed = read(text, options);
      for (const [i, { contentStart, contentEnd }] of parsed.turns.entries()) {
        const edited = structuredClone(parsed);
        edited.messages[i] = {
          ...edited.messages[i]!,
          content: 'quite other words',
        } as (typeof edited.messages)[0];
        const written = unparsePrompt(edited);
        expect(written).toBe(`${text.slice(0, contentStart)}quite other words${text.slice(contentEnd)}`);
      }
    });

    it.each(all.map((one) => [one.name, one] as const))('%s, one turn more', (_, { text, options }) => {
      const parsed = read(text, options);
      parsed.messages.push({ role: 'assistant', content: 'One.' }, { role: 'user', content: 'Two.' });
      const again = parsePrompt(unparsePrompt(parsed), {
        whitespace: 'tidy',
        dialect: parsed.dialect as never,
      });
      expect(again.messages.map(({ role, content }) => [role, content])).toEqual(
        parsed.messages.map(({ role, content }) => [role, content]),
      );
    });

    it.each(all.map((one) => [one.name, one] as const))(
      '%s, as a dialect to write in',
      (_, { text, options }) => {
        const parsed = read(text, options);
        const inner = [
          text,
          ...text.split('\n'),
          ' x ',
          '',
          'a\n',
          '\r',
          '</user>',
          '||>User: x',
          '<anna> y',
          '[12:01] Bot: z',
        ];
        const messages = [
          { role: 'system' as const, content: 'Be kind.' },
          ...inner.flatMap((content) => [
            { role: 'user' as const, content },
            { role: 'assistant' as const, content: `${content}!` },
          ]),
          { role: 'user' as const, content: 'end' },
        ];
        const dialect = parsed.dialect as 'user-assistant';
        const { prompt, warnings } = renderPrompt(messages, { dialect, fidelity: 'reversible' });
        expect(warnings.filter(({ severity }) => severity === 'lossy')).toEqual([]);
        const back = parsePrompt(prompt, { dialect }).messages.map(({ role, content }) => ({
          role,
          content,
        }));
        expect(back).toEqual(messages);
      },
    );
  });
};
