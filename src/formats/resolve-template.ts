import type { Dialect } from '../dialect/labels/complete.js';
import { type DialectName, dialects } from './index.js';
import { resolveDialect } from './resolve.js';

/** As `resolveDialect`, for writing whole prompts: the dialect has its template. */
export const resolveTemplate = (dialect: Dialect | DialectName): Dialect =>
  typeof dialect === 'string' && Object.hasOwn(dialects, dialect)
    ? dialects[dialect]
    : resolveDialect(dialect);
