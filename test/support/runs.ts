/** How often a property runs: its usual number, times `ROLECALL_RUNS` for a longer campaign. */
export function runs(usual: number): { numRuns: number; seed: number } {
  const times = Number(process.env['ROLECALL_RUNS'] ?? 1);
  return { numRuns: Math.round(usual * times), seed: Number(process.env['ROLECALL_SEED'] ?? 20_240_607) };
}
