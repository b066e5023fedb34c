/** Who plays in the comparison of `docs/claim.md`; the first is the one that is claimed to be
 * better. */
export const CLAIM_STRATEGIES = ['trade', 'random', 'evolution', 'akd', 'gp-ehvi'] as const;
