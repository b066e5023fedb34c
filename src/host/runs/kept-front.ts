/** Whose weights go, where only the students on a run's front keep theirs: what another dominates
 * comes back to no front. */
import { reportedOf } from '../../core/front.ts';
import type { SearchConfig } from '../../core/records/run.ts';
import type { Trial } from '../../core/records/trial.ts';

export interface KeptFront {
  /** Takes a finished trial in; returns the ids of those that have weights to lose. */
  add(trial: Trial): readonly string[];
}

/** `earlier`: finished trials of the run that have weights. The first look goes over all of them,
 * for what a session that was cut off had left to do. */
export function createKeptFront(config: SearchConfig, earlier: readonly Trial[]): KeptFront {
  // A point that no member of the front dominates is dominated by nobody: the rest need not be
  // looked at again.
  let front = earlier;
  return {
    add(trial) {
      // Of equals the first by number stands for all, whichever finished first.
      const candidates = [...front, trial].sort((left, right) => left.number - right.number);
      const kept = reportedOf(config, candidates);
      front = kept;
      const ids = new Set(kept.map(({ id }) => id));
      return candidates.filter(({ id }) => !ids.has(id)).map(({ id }) => id);
    },
  };
}
