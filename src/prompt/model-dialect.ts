import type { Dialect } from './dialect.js';
import { markerBody } from './marker-body.js';
import { completeMarkerDialect, type MarkerDialect, type MarkerDialectDefinition } from './marker-dialect.js';
import { provide } from './syntaxes.js';
import { renderTemplate, type Template } from './template.js';

/** Gives a dialect its template. A function is no data: it is not enumerable, so that copies and JSON leave it out. */
export function withTemplate<D extends Dialect>(dialect: D, template: Template): D {
  provide({ template: renderTemplate });
  return Object.defineProperty(dialect, 'template', { value: template });
}

/** A dialect of markers whose turns hold more than text: calls, reasoning. */
export function modelDialect(define: () => MarkerDialectDefinition): MarkerDialect {
  provide({ body: markerBody });
  return templateDialect(define);
}

/** A dialect of markers whose turns hold text alone, with a template. */
export function templateDialect(define: () => MarkerDialectDefinition): MarkerDialect {
  const dialect = completeMarkerDialect(define);
  const { template } = define();
  return template === undefined ? dialect : withTemplate(dialect, template);
}
