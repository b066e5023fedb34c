/**
 * Who is better: of two students the one on the higher level and, on one level, the one that has
 * told more.
 *
 * With one objective that is the value. With several a level's students are peeled into fronts
 * (Deb et al. 2002), and on a front the one counts more without which it would lose more
 * hypervolume: a small student that is on the front is worth training on, though a large one has
 * the higher accuracy.
 */
import { createCells, hypervolumeGain } from '../../geometry/cells.ts';
import { outcomeCorner } from '../../geometry/cells.ts';
import type { Outcome } from '../../geometry/cells.ts';
import { nondominationRanks } from '../../geometry/ranks.ts';
import type { Problem } from '../../objective.ts';
import type { Catalogue } from '../catalogue.ts';
import { outcomeOf, referenceOutcome, valueAt } from '../ledger.ts';
import type { Ledger, LedgerTrial } from '../ledger.ts';
import type { Levels } from './levels.ts';
import { heardLevel } from './pyramid.ts';

/** A trial on its highest level, with what it is worth there. */
export interface Standing {
  readonly trial: LedgerTrial;
  readonly level: number;
  readonly outcome: Outcome;
}

function outcomeAt(problem: Problem, trial: LedgerTrial, level: number): Outcome | undefined {
  const { metrics, learned } = trial.legs[level] ?? {};
  if (trial.value !== undefined) return outcomeOf(problem, trial);
  if (metrics === undefined || learned === undefined) return undefined;
  const value = valueAt(problem, learned, { ...metrics, ...trial.costs });
  return outcomeOf(problem, { ...trial, metrics, value });
}

/** Of one level, by merit: each list holds equals, the best ones first. */
function ordered(catalogue: Catalogue, all: readonly Standing[], reference: Outcome): readonly (readonly Standing[])[] {
  const keyed =
    catalogue.problem.objectives.length > 1
      ? byFronts(all, reference)
      : all.map((one) => ({ one, key: [one.outcome.value] }));
  const compare = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((order, value, i) => order || (b[i] ?? 0) - value, 0);
  const sorted = [...keyed].sort((a, b) => compare(a.key, b.key) || a.one.trial.trial - b.one.trial.trial);
  const groups: { readonly key: readonly number[]; readonly own: Standing[] }[] = [];
  for (const { one, key } of sorted) {
    const last = groups.at(-1);
    if (last && compare(last.key, key) === 0) last.own.push(one);
    else groups.push({ key, own: [one] });
  }
  return groups.map(({ own }) => own);
}

/** Front, part of its hypervolume, value: larger is better. */
function byFronts(all: readonly Standing[], reference: Outcome) {
  const ranks = nondominationRanks(all.map(({ outcome }) => outcomeCorner(outcome)));
  return all.map((one, i) => {
    const peers = all.filter((other, k) => other !== one && ranks[k] === ranks[i]);
    const cells = createCells(
      peers.map(({ outcome }) => outcome),
      reference,
    );
    return { one, key: [-(ranks[i] ?? 0), hypervolumeGain(cells, one.outcome), one.outcome.value] };
  });
}

/** Trials by merit, worst first; each list holds equals. */
export function byMerit(catalogue: Catalogue, levels: Levels, ledger: Ledger): readonly (readonly Standing[])[] {
  const { problem } = catalogue;
  const all = ledger.trials.flatMap((trial): readonly Standing[] => {
    const level = heardLevel(trial, levels);
    const outcome = level < 0 ? undefined : outcomeAt(problem, trial, level);
    return outcome ? [{ trial, level, outcome }] : [];
  });
  const reference = referenceOutcome(catalogue, all);
  return levels.epochs.flatMap((_, level) =>
    ordered(
      catalogue,
      all.filter((one) => one.level === level),
      reference,
    ).toReversed(),
  );
}
