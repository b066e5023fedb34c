/** The settings of TRADE-F: TuRBO-m's (Eriksson et al. 2019), sizes cut to small budgets. [R]:
 * choice of this project. */

export const TRADE_F = Object.freeze({
  /** First draws of a region: 2 d, all families together at most this share of the budget. [R] */
  initialPerDimension: 2,
  initialShare: 0.5,
  /** Side of a region's box as a share of the whole: at first, at most, and where it collapses. */
  side: 0.8,
  widest: 1.6,
  narrowest: 2 ** -7,
  successTolerance: 3,
  /** Failures in a row that halve it: max(this, d). */
  failureTolerance: 5,
  /** A success adds this share of the volume dominated before. */
  success: 1e-3,
  /** Expected number of changed coordinates: min(1, 20/d) each. */
  perturbed: 20,
  /** Candidates a region, drawn jointly: a draw costs their cube. [R] */
  candidates: 128,
  /** Likelihood evaluations of a region's fit. [R] */
  evaluations: 20,
});
