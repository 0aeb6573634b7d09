import type { MarkerDialect } from '../dialect/types.js';
import { probed } from './dialect.js';
import type { JinjaDialectOptions } from './knowledge.js';

export { type ConfigOptions, dialectFromConfig, type TokenizerConfig } from './config.js';
export type { JinjaDialectOptions } from './knowledge.js';

/**
 * A dialect of any model, from its chat template. The template is rendered with words that occur in none, to see how its turns
 * are delimited, how it writes reasoning, calls and results, and in which form it takes them; so its prompts are read back, and
 * its replies are read as those of a built-in dialect. Where the turns can't be told apart, the dialect's `unreadable` says
 * why, `parsePrompt` gives the whole text as one message with a warning, and `fidelity: 'reversible'` is refused.
 *
 * Throws `invalid-dialect` for a template that is no Jinja; rendering throws `unrepresentable` for what it refuses.
 * @example
 * ```ts
 * import { renderPrompt } from 'rolecall';
 * import { jinjaDialect } from 'rolecall/jinja';
 * const template = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}";
 * const dialect = jinjaDialect(template, { eosToken: '<|end|>' });
 * renderPrompt([{ role: 'user', content: 'Hi!' }], { dialect }).prompt;
 * ```
 */
export const jinjaDialect = (template: string, options: JinjaDialectOptions = {}): MarkerDialect =>
  probed(template, options);
