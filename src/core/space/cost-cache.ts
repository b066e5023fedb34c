/** Known costs of candidates, computed once each: strategies ask for the same ones at every step. */
import { candidateKey } from './candidate-key.ts';
import { familyOf } from './lattice.ts';
import type { Candidate, KnownCosts, Space } from './space.ts';

/** A function that remembers; it lives as long as whoever made it, and holds one small record a candidate. */
export function costCache(space: Space): (candidate: Candidate) => KnownCosts {
  const known = new Map<string, KnownCosts>();
  return (candidate) => {
    const key = candidateKey(candidate);
    const costs = known.get(key) ?? familyOf(space, candidate.family).costs(candidate.config);
    known.set(key, costs);
    return costs;
  };
}
