/**
 * What parts of trainings tell (docs/trade.md, step 11): every student may begin with a short
 * training, an earlier task. What it tells enters the surrogate as what a whole training would, and
 * those that promise most for the front are trained whole. The front is made of whole trainings
 * alone.
 *
 * | symbol | meaning                                                                              |
 * | g_r    | expected gain of the most promising that rests, over the front of whole trainings     |
 * | g_n    | that of the best new student, over the front as it is believed to be                  |
 * | e, E   | epochs of a short training, and what a student that rests has still before it          |
 * | τ, σ   | how far a whole training is from what its short one tells, and the new student's       |
 * |        | deviation by the surrogate                                                            |
 *
 * The one that rests goes on where g_r > κ (E/e) g_n: where short trainings are cheap, more of them
 * are looked at first. A new one is trained whole at once where κ (E/e) σ < τ: where a short
 * training costs much and would tell little more.
 *
 * The stop rule: a whole training is given up at a stop where even what is predicted of it and a
 * deviation more would gain the front nothing.
 */
import type { Leg } from '../../records/proposal.ts';
import { fitShort } from '../../surrogate/short-model.ts';
import type { ShortModel, ShortResult } from '../../surrogate/short-model.ts';
import { epochsSpent, valueAt } from '../ledger.ts';
import type { Ledger, LedgerTrial } from '../ledger.ts';
import type { TradeContext } from './context.ts';
import type { LegPlan } from './leg-plan.ts';
import type { TradeState } from './state.ts';

/** By schedule and epochs: what a whole training will tell, from such a leg. */
export type LegModels = ReadonlyMap<string, ShortModel>;

const kindOf = ({ until, schedule }: Leg): string => `${schedule} ${until}`;

/** The last leg of the student that told something. */
const lastResult = ({ legs }: Pick<LedgerTrial, 'legs'>) => legs.findLast(({ learned }) => learned !== undefined);

export const hasLegResult = (trial: Pick<LedgerTrial, 'legs'>): boolean => lastResult(trial) !== undefined;

export function fitTrials({ model, pointOf }: TradeContext, { trials }: Ledger): LegModels {
  const byKind = new Map<string, ShortResult[]>();
  for (const trial of trials) {
    for (const leg of trial.legs) {
      if (leg.learned === undefined) continue;
      const results = byKind.get(kindOf(leg)) ?? [];
      results.push({ point: pointOf(trial), short: leg.learned, whole: trial.learned });
      byKind.set(kindOf(leg), results);
    }
  }
  return new Map([...byKind].map(([kind, results]) => [kind, fitShort(model.encoding, results)]));
}

/** Of legs of this kind; `undefined` where none has told anything. */
export const modelOf = (models: LegModels, leg: Leg): ShortModel | undefined => models.get(kindOf(leg));

/** What is predicted of the student's whole training from its last leg; `undefined` without one. */
export function predictWhole({ pointOf }: TradeContext, models: LegModels, trial: LedgerTrial) {
  const leg = lastResult(trial);
  return leg?.learned === undefined ? undefined : modelOf(models, leg)?.predict(pointOf(trial), leg.learned);
}

/** All that is known: students of whom a leg tells something count as told what a whole training
 * would tell. */
export function withLegs(state: TradeState, models = fitTrials(state.context, state.ledger)): TradeState {
  const { context, ledger } = state;
  if (models.size === 0) return state;
  const { problem } = context.catalogue;
  const trials = ledger.trials.map((trial): LedgerTrial => {
    const own = { ...trial, order: trial.trial };
    const learned = predictWhole(context, models, trial)?.mean;
    if (trial.state === 'told' || trial.state === 'failed' || learned === undefined) return own;
    const metrics = lastResult(trial)?.metrics ?? {};
    const value = valueAt(problem, learned, { ...metrics, ...trial.costs });
    return { ...own, state: 'told', metrics, value, learned };
  });
  return { ...state, ledger: { ...ledger, trials } };
}

/** Epochs of the budget that nobody has asked for, and that no training under way may come to
 * need. */
export function epochsLeft({ budget, epochs, stops }: LegPlan, ledger: Ledger): number {
  const owed = ledger.trials.map(({ state, legs }) => {
    const leg = legs.at(-1);
    return state === 'pending' && leg?.metrics === undefined && isStop(stops, leg) ? epochs - leg.until : 0;
  });
  return budget - epochsSpent(ledger, epochs) - owed.reduce((sum, own) => sum + own, 0);
}

/** Whether the leg ends at one of the stops. */
export const isStop = (stops: readonly number[], leg: Leg | undefined): leg is Leg =>
  leg !== undefined && leg.schedule === 'part' && stops.includes(leg.until);

/** The leg up to the first stop past so many epochs; none to the end. */
export function legPast(stops: readonly number[], epochs: number): { readonly leg?: Leg } {
  const until = stops.find((stop) => stop > epochs);
  return until === undefined ? {} : { leg: { until, schedule: 'part' } };
}
