import { provide } from '../compile.js';
import type { Dialect } from '../labels/complete.js';
import { renderTemplate, type Template } from '../template.js';

/**
 * Gives a dialect its template, and gives it back. A function is no data: it is not enumerable, so that copies and JSON
 * leave it out.
 */
export function withTemplate<D extends Dialect>(dialect: D, template: Template): D {
  provide({ template: renderTemplate });
  return Object.defineProperty(dialect, 'template', { value: template });
}
