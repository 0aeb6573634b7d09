import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import * as check from '../src/check/index.js';
import * as dialects from '../src/dialects.js';
import * as edges from '../src/fetch/index.js';
import * as rolecall from '../src/index.js';
import * as jinja from '../src/jinja/index.js';
import * as schemas from '../src/schemas/index.js';
import * as sse from '../src/sse.js';
import * as tokens from '../src/tokens/index.js';
import { examples } from './support/examples.js';
import { root, runCode } from './support/snippets.js';

const entries = { check, dialects, edges, rolecall, jinja, schemas, sse, tokens };

describe('the API reference', () => {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(root, 'src', file), 'utf8'));

  it.each(Object.entries(entries))('has an example for every function of %s', (_, entry) => {
    const names = Object.entries(entry as Record<string, unknown>)
      .filter(([, value]) => typeof value === 'function')
      .map(([name]) => name);
    const without = names.filter((name) => {
      const docs = new RegExp(
        `@example(?:(?!\\*/)[\\s\\S])*\\*/\\nexport (?:async )?(?:function\\*?|class|const) ${name}\\b`,
      );
      return !sources.some((source) => docs.test(source));
    });
    expect(without).toEqual([]);
  });
});

describe('examples in docstrings run', () => {
  const all = examples();
  let printed: string[] = [];
  beforeAll(() => {
    printed = runCode(all.map(({ code }) => code));
  }, 60_000);

  it.each(all.map(({ name, file }, i) => [name, file, i] as const))('%s of %s', (_name, _file, i) => {
    expect(printed[i]).toBeDefined();
    expect(printed[i]).not.toMatch(/^\w*Error\b.*\n {4}at /m);
  });
});
