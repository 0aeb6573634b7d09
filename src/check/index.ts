/** `rolecall/check`: what an endpoint that calls itself compatible really does. */
export {
  type CheckOptions,
  type CheckProgress,
  type CheckReport,
  type CheckResult,
  checkEndpoint,
  type Findings,
} from './check.js';
export type { RetryOptions } from './client.js';
export { type CheckPlan, type PlanOptions, planCheck } from './plan.js';
export { probes } from './probes/index.js';
export type { Suggestion } from './suggest.js';
export type {
  Answer,
  Api,
  Ask,
  AuthScheme,
  CheckTokenizer,
  Facts,
  Judgement,
  Known,
  LimitField,
  Probe,
  Verdict,
} from './types.js';
