import { markerBody } from './marker-body.js';
import { completeMarkerDialect, type MarkerDialect, type MarkerDialectDefinition } from './marker-dialect.js';
import { provide } from './syntaxes.js';

/** A dialect of markers whose turns hold more than text: calls, reasoning. */
export function modelDialect(define: () => MarkerDialectDefinition): MarkerDialect {
  provide({ body: markerBody });
  return completeMarkerDialect(define);
}
