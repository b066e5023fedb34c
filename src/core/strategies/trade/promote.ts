/** The next step of a run that begins with short trainings: another student, or one that rests goes
 * on (short.ts says by what rule). */
import { sign } from '../../objective.ts';
import type { Why } from '../../records/proposal.ts';
import type { Outcome } from '../../geometry/cells.ts';
import { posterior } from '../../surrogate/gp.ts';
import type { ShortModel } from '../../surrogate/short-model.ts';
import { toOutput, toValue, unitAt } from '../../surrogate/standardise.ts';
import { isPending, objectiveCosts, valueAt, withData } from '../ledger.ts';
import type { LedgerTrial } from '../ledger.ts';
import type { AskedEvent } from '../strategy.ts';
import { PROMOTED, TRADE } from './constants.ts';
import { createGain } from './gain.ts';
import { learn } from './learn.ts';
import type { Learned } from './learn.ts';
import { believedResults } from './propose.ts';
import { epochsLeft, fitTrials, predictWhole, shortResult, withShort } from './short.ts';
import type { ShortPlan } from './short-plan.ts';
import { foldEvent, judged } from './state.ts';
import type { TradeState } from './state.ts';

type Ask = (state: TradeState, count: number) => AskedEvent;

/** One step after the other, each as if those before it were under way. `ask`: for new students. */
export function askShort(state: TradeState, plan: ShortPlan, count: number, ask: Ask): AskedEvent {
  let asked: AskedEvent = { type: 'asked', proposals: [], position: state.ledger.trials.length };
  let after = state;
  for (let step = 0; step < count; step++) {
    const next = nextStep(after, plan, ask);
    if (!next) break;
    after = foldEvent(after, next);
    const continues = [...(asked.continues ?? []), ...(next.continues ?? [])];
    const proposals = [...asked.proposals, ...next.proposals];
    asked = { ...asked, ...next, proposals, ...(continues.length > 0 && { continues }) };
  }
  return asked;
}

/** Within the epochs that are left; `undefined` for none. */
function nextStep(state: TradeState, plan: ShortPlan, ask: Ask): AskedEvent | undefined {
  const { context, ledger } = state;
  const { leg, epochs, rest } = plan;
  const left = epochsLeft(plan, ledger);
  const known = ledger.trials.some((trial) => shortResult(trial) !== undefined);
  const model = known ? fitTrials(context, ledger) : undefined;
  const seen = withShort(state);
  const best = model && left >= rest ? mostPromising(state, seen, model) : undefined;
  const promoted = best && onward(state, best);
  const isRoomForShort = left >= leg.until + rest;
  if (promoted && !isRoomForShort) return promoted;
  if (!isRoomForShort && left < epochs) return undefined;
  const event = ask(seen, 1);
  const [fresh] = event.proposals;
  if (!fresh) return promoted;
  if (!isRoomForShort) return event;
  const { expectedGain, predicted } = fresh.why;
  // What was not chosen for its gain belongs to the initial design, or to chance.
  if (expectedGain === undefined) return { ...event, proposals: [{ ...fresh, leg }] };
  const price = (TRADE.promoteAbove * rest) / leg.until;
  if (promoted && best && Math.exp(best.logGain) > price * expectedGain) return promoted;
  const isSure = price * (predicted?.deviation ?? Infinity) < (model?.noise ?? 0);
  const isKnown = isSure && (model?.pairs ?? 0) >= TRADE.promotedLeast;
  return isKnown && left >= epochs ? event : { ...event, proposals: [{ ...fresh, leg }] };
}

/** A student that rests, and what is expected of its whole training, oriented so that more is
 * better. */
interface Promising {
  readonly trial: number;
  readonly mean: number;
  readonly deviation: number;
  readonly logGain: number;
}

function onward({ context, ledger }: TradeState, { trial, mean, deviation, logGain }: Promising): AskedEvent {
  const orientation = sign(context.input.problem.objectives[0]?.goal ?? 'maximize');
  const predicted = { mean: orientation * mean, deviation };
  const why: Why = { source: PROMOTED, predicted, expectedGain: Math.exp(logGain) };
  return { type: 'asked', proposals: [], position: ledger.trials.length, continues: [{ trial, why }] };
}

/** By the expected gain over the front of whole trainings, those under way at what is predicted of
 * them. `seen`: with what short ones tell. */
function mostPromising(state: TradeState, seen: TradeState, model: ShortModel): Promising | undefined {
  const { context, ledger } = state;
  const resting = ledger.trials.filter((trial) => trial.state === 'resting' && shortResult(trial) !== undefined);
  if (resting.length === 0) return undefined;
  const { problem } = context.input;
  const learned = learn(context, seen.ledger);
  const { scale, latency } = learned;
  const wholes = new Set(withData(ledger).map(({ trial }) => trial));
  const told = believedResults(seen, learned).filter(({ trial }) => wholes.has(trial));
  const running = ledger.trials.filter((trial) => isPending(trial) && trial.isWhole);
  const expected = running.map((trial): Outcome => {
    const costs = latency.costs(trial);
    const value = predictWhole(context, model, trial)?.mean ?? meanOf(seen, learned, trial);
    return { value: valueAt(problem, value, costs), costs: objectiveCosts(problem, costs) };
  });
  const outcomes = [...told.flatMap(({ outcome }) => outcome ?? []), ...expected];
  const gain = createGain(problem, outcomes, judged(seen).reference, scale, latency);
  let winner: Promising | undefined;
  for (const trial of resting) {
    const whole = predictWhole(context, model, trial);
    if (!whole) continue;
    const mean = toOutput(scale, whole.mean);
    const logGain = gain.log(gain.improvementTermsOf(trial), mean, whole.deviation / unitAt(scale, mean));
    if (!winner || logGain > winner.logGain) winner = { trial: trial.trial, ...whole, logGain };
  }
  return winner;
}

/** By the surrogate, of a student that was trained whole at once. */
const meanOf = ({ context }: TradeState, { conditioned, scale, offset }: Learned, trial: LedgerTrial): number =>
  toValue(scale, posterior(conditioned, context.pointOf(trial)).mean + offset(trial));
