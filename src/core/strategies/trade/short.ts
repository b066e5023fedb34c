/**
 * Short trainings as an earlier task (docs/trade.md, step 11): every student is begun with a few
 * epochs, what they tell enters the surrogate as what a whole training would, and those that
 * promise most for the front are trained whole. The front is made of whole trainings alone.
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
 */
import { fitShort } from '../../surrogate/short-model.ts';
import type { ShortModel } from '../../surrogate/short-model.ts';
import { epochsSpent, valueAt } from '../ledger.ts';
import type { Ledger, LedgerTrial } from '../ledger.ts';
import type { TradeContext } from './context.ts';
import type { ShortPlan } from './short-plan.ts';
import type { TradeState } from './state.ts';

/** What the student's short training told; `undefined` where it told nothing. */
export const shortResult = ({ legs }: Pick<LedgerTrial, 'legs'>): number | undefined =>
  legs.find(({ learned }) => learned !== undefined)?.learned;

/** Needs one short result. */
export function fitTrials({ model, pointOf }: TradeContext, { trials }: Ledger): ShortModel {
  const results = trials.flatMap((trial) => {
    const short = shortResult(trial);
    return short === undefined ? [] : [{ point: pointOf(trial), short, whole: trial.learned }];
  });
  return fitShort(model.encoding, results);
}

/** What is predicted of the student's whole training; `undefined` without a short one. */
export function predictWhole({ pointOf }: TradeContext, model: ShortModel, trial: LedgerTrial) {
  const short = shortResult(trial);
  return short === undefined ? undefined : model.predict(pointOf(trial), short);
}

/** All that is known: students with a short result count as told what a whole one would tell. */
export function withShort(state: TradeState): TradeState {
  const { context, ledger } = state;
  if (!context.short || !ledger.trials.some((trial) => shortResult(trial) !== undefined)) return state;
  const { problem } = context.catalogue;
  const model = fitTrials(context, ledger);
  const trials = ledger.trials.map((trial): LedgerTrial => {
    const own = { ...trial, order: trial.trial };
    const learned = predictWhole(context, model, trial)?.mean;
    if (trial.state === 'told' || trial.state === 'failed' || learned === undefined) return own;
    const metrics = trial.legs.at(-1)?.metrics ?? trial.legs[0]?.metrics ?? {};
    const value = valueAt(problem, learned, { ...metrics, ...trial.costs });
    return { ...own, state: 'told', metrics, value, learned };
  });
  return { ...state, ledger: { ...ledger, trials } };
}

/** Epochs of the budget that nobody has asked for. */
export const epochsLeft = ({ budget, epochs }: ShortPlan, ledger: Ledger): number =>
  budget - epochsSpent(ledger, epochs);
