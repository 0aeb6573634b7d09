import type { Probe } from '../types.js';
import { addressProbes, serverProbes } from './address.js';
import { sharedProbes } from './both.js';
import { chatProbes, limitProbes } from './chat.js';
import { completionProbes } from './completions.js';
import { llamaCppProbes } from './llama-cpp.js';
import { generalProbes, modelProbes } from './models.js';
import { toolProbes } from './tools.js';

/** Every probe, in the order of the report; what one builds on stands before it. */
export const probes: readonly Probe[] = [
  ...addressProbes,
  ...modelProbes,
  ...serverProbes,
  ...llamaCppProbes,
  ...limitProbes,
  ...sharedProbes.chat,
  ...chatProbes,
  ...toolProbes,
  ...sharedProbes.completions,
  ...completionProbes,
  ...generalProbes,
];
