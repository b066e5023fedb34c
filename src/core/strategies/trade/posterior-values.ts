/** What results are worth by a process that was fitted to them. */
import type { Problem } from '../../objective.ts';
import type { Gp } from '../../surrogate/gp.ts';
import { toValue } from '../../surrogate/standardise.ts';
import type { Standardiser } from '../../surrogate/standardise.ts';
import { valueAt } from '../ledger.ts';
import type { DataTrial } from '../ledger.ts';

interface Fitted {
  /** Given `data` alone, in their order. */
  readonly gp: Gp;
  readonly scale: Standardiser;
  /** What is added to its posterior mean. */
  readonly offset?: (trial: DataTrial) => number;
}

/**
 * The values of `data`, `[n]`, at their posterior means without the noise, y − σ²α (Rasmussen and
 * Williams 2006, equation 2.25 at the data). Gains over the best of noisy results would be gains
 * over its luck (Letham et al. 2019).
 */
export function posteriorValues(
  problem: Problem,
  data: readonly DataTrial[],
  { gp, scale, offset }: Fitted,
): readonly number[] {
  return data.map((trial, i) => {
    const latent = gp.y[i]! - gp.terms.noise * gp.alpha[i]! + (offset?.(trial) ?? 0);
    return valueAt(problem, toValue(scale, latent), { ...trial.metrics, ...trial.costs });
  });
}
