import { outermost, type SourceFile, sourceOf } from '../syntax/file.js';
import type { SyntaxNode } from '../syntax/node.js';

const logging =
  /^(console\.\w+|print|pprint(\.\w+)?|pp|rprint|(\w+\.)*_?log(ger|ging)?(\.\w+)?|sys\.std(out|err)\.write|process\.std(out|err)\.write|debug)$/i;
const toText =
  /^(JSON\.stringify|util\.inspect|inspect|str|repr|json\.dumps|String|pformat|pprint\.pformat|dict|type|Error|new Error|\w*(Error|Exception))$/;
const carriers = new Set([
  'template_substitution',
  'template_string',
  'interpolation',
  'string',
  'concatenated_string',
  'binary_expression',
  'binary_operator',
  'parenthesized_expression',
  'object',
  'pair',
  'array',
  'dictionary',
  'keyword_argument',
  'arguments',
  'argument_list',
  'shorthand_property_identifier',
  'list',
  'tuple',
]);

/** True where a value ends in what a program prints, logs or throws, and nowhere else. */
export function isLogged(file: SourceFile, node: SyntaxNode): boolean {
  let at = outermost(file, node).parent;
  for (; at !== null; at = at.parent) {
    if (at.type === 'throw_statement' || at.type === 'raise_statement') return true;
    if (carriers.has(at.type)) continue;
    const call = file.lower(at);
    if (call.kind !== 'call') return false;
    const name = sourceOf(file, call.callee);
    if (logging.test(name)) return true;
    if (!toText.test(name)) return false;
  }
  return false;
}
