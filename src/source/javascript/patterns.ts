import { field, named, type SyntaxNode } from '../syntax/node.js';
import type { Step } from '../syntax/scope.js';

/** A name that a pattern binds, with the way from the value to it. */
export interface Bound {
  target: SyntaxNode;
  path: readonly Step[] | null;
}

/** Every name that a pattern binds, with the way to its value. */
export function boundBy(
  pattern: SyntaxNode,
  text: (node: SyntaxNode) => string,
  path: readonly Step[] | null = [],
): Bound[] {
  const to = (step: Step): readonly Step[] | null => (path === null ? null : [...path, step]);
  switch (pattern.type) {
    case 'identifier':
    case 'shorthand_property_identifier_pattern':
      return [{ target: pattern, path }];
    case 'assignment_pattern':
    case 'object_assignment_pattern': {
      const left = field(pattern, 'left');
      if (left === undefined) return [];
      // A default makes the value another one at times, but never another one of the same sort.
      return boundBy(
        left,
        text,
        left.type === 'shorthand_property_identifier_pattern' ? to(text(left)) : path,
      );
    }
    case 'rest_pattern':
      return named(pattern).flatMap((one) => boundBy(one, text, null));
    case 'object_pattern':
      return named(pattern).flatMap((one) => {
        if (one.type === 'shorthand_property_identifier_pattern') return boundBy(one, text, to(text(one)));
        if (one.type !== 'pair_pattern') return boundBy(one, text, path);
        const [key, value] = [field(one, 'key'), field(one, 'value')];
        if (key === undefined || value === undefined) return [];
        return boundBy(value, text, key.type === 'property_identifier' ? to(text(key)) : null);
      });
    case 'array_pattern': {
      let index = 0;
      const found: Bound[] = [];
      for (const child of pattern.children) {
        if (child.type === ',') index++;
        else if (child.named && child.type !== 'comment') found.push(...boundBy(child, text, to(index)));
      }
      return found;
    }
    default:
      return named(pattern).flatMap((one) => boundBy(one, text, null));
  }
}
