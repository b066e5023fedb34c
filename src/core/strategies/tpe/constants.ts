/** The settings of TPE, in one place: the defaults of Optuna 5.0's `TPESampler` where nothing else
 * is said. */

export const TPE = Object.freeze({
  /** Results before the first proposal of the densities. */
  startup: 10,
  /** Candidates drawn from the good density for each proposal. */
  candidates: 24,
  /** Share of the results that is good, and how many at most with a single objective. */
  gamma: 0.1,
  mostGood: 25,
  /** Weight of the prior among kernels that weigh 1 each. */
  priorWeight: 1,
  /** Of the other trials the newest so many weigh 1, older ones less the older they are (Bergstra
   * et al. 2013). */
  fullWeight: 25,
  /** A kernel is at least the range divided by the number of kernels + 1 wide, or by this ("magic
   * clip"). */
  narrowest: 100,
  /** The reference point of a front's hypervolume is worse by this share than its worst values. */
  margin: 0.1,
  /** Draws for the candidates of one proposal: new, legal ones within the limits are wanted. [R] */
  attempts: 480,
});
