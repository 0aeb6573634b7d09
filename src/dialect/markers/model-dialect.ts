import { provide } from '../compile.js';
import { markerBody } from './body.js';
import { completeMarkerDialect, type MarkerDialect, type MarkerDialectDefinition } from './complete.js';

/** A dialect of markers whose turns hold more than text: calls, reasoning. */
export function modelDialect(define: () => MarkerDialectDefinition): MarkerDialect {
  provide({ body: markerBody });
  return completeMarkerDialect(define);
}
