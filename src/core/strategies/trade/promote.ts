/** The next step of a run that trains by legs: a training goes on, another student begins, or one
 * that rests is trained whole (legs.ts says by what rules). */
import { createCells, hypervolumeGain } from '../../geometry/cells.ts';
import type { Outcome } from '../../geometry/cells.ts';
import { sign } from '../../objective.ts';
import type { Why } from '../../records/proposal.ts';
import { posterior } from '../../surrogate/gp.ts';
import { toOutput, toValue, unitAt } from '../../surrogate/standardise.ts';
import { isPending, objectiveCosts, valueAt, withData } from '../ledger.ts';
import type { LedgerTrial } from '../ledger.ts';
import type { AskedEvent } from '../strategy.ts';
import { HOPEFUL, PROMOTED, TRADE } from './constants.ts';
import { createGain } from './gain.ts';
import { learn } from './learn.ts';
import type { Learned } from './learn.ts';
import type { LegPlan } from './leg-plan.ts';
import { epochsLeft, fitTrials, hasLegResult, isStop, legPast, modelOf, predictWhole, withLegs } from './legs.ts';
import type { LegModels } from './legs.ts';
import { believedResults } from './propose.ts';
import { foldEvent, judged } from './state.ts';
import type { TradeState } from './state.ts';

type Ask = (state: TradeState, count: number) => AskedEvent;

/** One step after the other, each as if those before it were under way. `ask`: for new students. */
export function askByLegs(state: TradeState, plan: LegPlan, count: number, ask: Ask): AskedEvent {
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

/** What is known before a step. */
interface Standing {
  readonly state: TradeState;
  /** With what legs tell. */
  readonly seen: TradeState;
  readonly plan: LegPlan;
  readonly models: LegModels;
}

/** Within the epochs that are left; `undefined` for none. */
function nextStep(state: TradeState, plan: LegPlan, ask: Ask): AskedEvent | undefined {
  const { context, ledger } = state;
  const { short, epochs, rest, stops } = plan;
  const models = fitTrials(context, ledger);
  const standing = { state, seen: withLegs(state, models), plan, models };
  const goesOn = pastItsStop(standing);
  if (goesOn) return goesOn;
  const left = epochsLeft(plan, ledger);
  const best = short && left >= rest ? mostPromising(standing) : undefined;
  const promoted = best && onward(standing, best);
  const begin = (event: AskedEvent, isShort: boolean): AskedEvent => {
    const leg = isShort && short ? { leg: short } : legPast(stops, 0);
    return { ...event, proposals: event.proposals.map((proposal) => ({ ...proposal, ...leg })) };
  };
  const isRoomForShort = short !== undefined && left >= short.until + rest;
  if (promoted && !isRoomForShort) return promoted;
  if (!isRoomForShort && left < epochs) return undefined;
  const event = ask(standing.seen, 1);
  const [fresh] = event.proposals;
  if (!fresh) return promoted;
  if (!isRoomForShort) return begin(event, false);
  const { expectedGain, predicted } = fresh.why;
  // What was not chosen for its gain belongs to the initial design, or to chance.
  if (expectedGain === undefined) return begin(event, true);
  const price = (TRADE.promoteAbove * rest) / short.until;
  if (promoted && best && Math.exp(best.logGain) > price * expectedGain) return promoted;
  const { noise = 0, pairs = 0 } = modelOf(models, short) ?? {};
  const isSure = price * (predicted?.deviation ?? Infinity) < noise && pairs >= TRADE.promotedLeast;
  return begin(event, !(isSure && left >= epochs));
}

/** The first training at a stop that is not to be given up; `undefined` for none. */
function pastItsStop({ state, seen, plan, models }: Standing): AskedEvent | undefined {
  const { context, ledger } = state;
  const { problem } = context.input;
  const resting = ledger.trials.filter((trial) => trial.state === 'resting' && isStop(plan.stops, trial.legs.at(-1)));
  if (resting.length === 0) return undefined;
  let cells: ReturnType<typeof createCells> | undefined;
  const isHopeful = (trial: LedgerTrial): boolean => {
    const leg = trial.legs.at(-1);
    const whole = predictWhole(context, models, trial);
    if (!leg || !whole || (modelOf(models, leg)?.pairs ?? 0) < TRADE.stopLeast) return leg?.learned !== undefined;
    const learned = learn(context, seen.ledger);
    cells ??= createCells(toldWhole(state, seen, learned), judged(seen).reference);
    const costs = learned.latency.costs(trial);
    const value = valueAt(problem, whole.mean + whole.deviation, costs);
    return hypervolumeGain(cells, { value, costs: objectiveCosts(problem, costs) }) > 0;
  };
  const next = resting.find(isHopeful);
  if (!next) return undefined;
  const why: Why = { source: HOPEFUL };
  const continued = { trial: next.trial, why, ...legPast(plan.stops, next.legs.at(-1)?.until ?? 0) };
  return { type: 'asked', proposals: [], position: ledger.trials.length, continues: [continued] };
}

/** A student that rests, and what is expected of its whole training, oriented so that more is
 * better. */
interface Promising {
  readonly trial: LedgerTrial;
  readonly mean: number;
  readonly deviation: number;
  readonly logGain: number;
}

function onward({ state: { context, ledger }, plan }: Standing, best: Promising): AskedEvent {
  const { trial, mean, deviation, logGain } = best;
  const orientation = sign(context.input.problem.objectives[0]?.goal ?? 'maximize');
  const predicted = { mean: orientation * mean, deviation };
  const why: Why = { source: PROMOTED, predicted, expectedGain: Math.exp(logGain) };
  const continued = { trial: trial.trial, why, ...legPast(plan.stops, plan.epochs - plan.rest) };
  return { type: 'asked', proposals: [], position: ledger.trials.length, continues: [continued] };
}

/** Whole trainings, at their posterior values. */
function toldWhole({ ledger }: TradeState, seen: TradeState, learned: Learned): readonly Outcome[] {
  const wholes = new Set(withData(ledger).map(({ trial }) => trial));
  return believedResults(seen, learned).flatMap(({ trial, outcome }) =>
    outcome && wholes.has(trial) ? [outcome] : [],
  );
}

/** Of those that rest after their short training, by the expected gain over the front of whole
 * trainings, those under way at what is predicted of them. */
function mostPromising({ state, seen, plan, models }: Standing): Promising | undefined {
  const { context, ledger } = state;
  const resting = ledger.trials.filter(
    (trial) => trial.state === 'resting' && hasLegResult(trial) && !isStop(plan.stops, trial.legs.at(-1)),
  );
  if (resting.length === 0) return undefined;
  const { problem } = context.input;
  const learned = learn(context, seen.ledger);
  const { scale, latency } = learned;
  const running = ledger.trials.filter(
    (trial) => isPending(trial) && (trial.isWhole || isStop(plan.stops, trial.legs.at(-1))),
  );
  const expected = running.map((trial): Outcome => {
    const costs = latency.costs(trial);
    const value = predictWhole(context, models, trial)?.mean ?? meanOf(seen, learned, trial);
    return { value: valueAt(problem, value, costs), costs: objectiveCosts(problem, costs) };
  });
  const outcomes = [...toldWhole(state, seen, learned), ...expected];
  const gain = createGain(problem, outcomes, judged(seen).reference, scale, latency);
  let winner: Promising | undefined;
  for (const trial of resting) {
    const whole = predictWhole(context, models, trial);
    if (!whole) continue;
    const mean = toOutput(scale, whole.mean);
    const logGain = gain.log(gain.improvementTermsOf(trial), mean, whole.deviation / unitAt(scale, mean));
    if (!winner || logGain > winner.logGain) winner = { trial, ...whole, logGain };
  }
  return winner;
}

/** By the surrogate, of a student that was trained whole at once. */
const meanOf = ({ context }: TradeState, { conditioned, scale, offset }: Learned, trial: LedgerTrial): number =>
  toValue(scale, posterior(conditioned, context.pointOf(trial)).mean + offset(trial));
