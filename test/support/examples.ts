import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './snippets.js';

/** An example in a docstring: a program that runs by itself. */
export interface Example {
  /** What it is an example of. */
  name: string;
  file: string;
  code: string;
}

/** All examples in fenced blocks of the docstrings of functions and classes. */
export function examples(): Example[] {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const source = readFileSync(join(root, 'src', file), 'utf8');
      const found = source.matchAll(
        / \* @example\n \* ```ts\n((?: \*.*\n)*?) \* ```\n \*\/\nexport (?:async )?(?:function\*?|class|const) (\w+)/g,
      );
      return [...found].map(([, lines, name]) => ({
        name: name!,
        file: `src/${file}`,
        code: lines!.replace(/^ \* ?/gm, ''),
      }));
    });
}
