/**
 * Writes src/tokens/models/catalogue-sizes.generated.ts: the windows of gpt-tokenizer's catalogue, one line for each size.
 * At build time, because loading the catalogue costs more than all of the library's own counting.
 */
import { writeFileSync } from 'node:fs';
import * as models from 'gpt-tokenizer/models';

interface Entry {
  context_window?: number;
  max_output_tokens?: number;
  max_input_tokens?: number;
}

const sizes = new Map<string, string[]>();
for (const [name, entry] of Object.entries(models as unknown as Record<string, Entry>)) {
  if (entry.context_window === undefined) continue;
  const size = [entry.context_window, entry.max_output_tokens ?? 0, entry.max_input_tokens ?? 0].join(' ');
  sizes.set(size, [...(sizes.get(size) ?? []), name]);
}
const lines = [...sizes]
  .sort(([a], [b]) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
  .map(([size, names]) => `  '${size}': '${names.sort().join(' ')}',`);
const text = `/** Written by scripts/build-catalogue.ts: context window, maximum output and maximum input, 0 for not stated. */
export const catalogueSizes: Readonly<Record<string, string>> = {
${lines.join('\n')}
};
`;
writeFileSync(new URL('../src/tokens/models/catalogue-sizes.generated.ts', import.meta.url), text);
