/** TRADE's state and how each event moves it: what was asked and told, and the regions under their
 * law. */
import type { RunEvent } from '../../records/events.ts';
import { createCells } from '../../geometry/cells.ts';
import { familyOf } from '../../space/lattice.ts';
import { adjacentExchange } from '../../space/neighbours.ts';
import { unpack } from '../../surrogate/hyperparameters.ts';
import { createStandardiser } from '../../surrogate/standardise.ts';
import { EMPTY_LEDGER, askedKeys, outcomeOf, record, referenceOutcome, withData, withOutcomes } from '../ledger.ts';
import type { Ledger, LedgerTrial } from '../ledger.ts';
import { FAMILY_ARM, TRADE } from './constants.ts';
import type { TradeContext } from './context.ts';
import type { Initial } from './init.ts';
import { paid } from './credit.ts';
import type { Payoff } from './credit.ts';
import {
  afterTrial,
  contributions,
  failureTolerance,
  gainAtBest,
  isSuccess,
  narrowestStep,
  openRegion,
} from './regions.ts';
import type { Region } from './regions.ts';

export interface TradeState {
  readonly context: TradeContext;
  readonly design: readonly Initial[];
  readonly ledger: Ledger;
  readonly regions: readonly Region[];
  /** Id of the next region to be opened. */
  readonly nextRegion: number;
  /** Trials around which a region has died: no region is centred there again. */
  readonly spent: ReadonlySet<number>;
}

export const startState = (context: TradeContext, design: readonly Initial[]): TradeState => ({
  context,
  design,
  ledger: EMPTY_LEDGER,
  regions: [],
  nextRegion: 1,
  spent: new Set(),
});

/** Trials with data within all limits, and the point from which their hypervolume is measured. */
export function judged({ context, ledger }: TradeState) {
  const found = withOutcomes(context.input.problem, ledger.trials);
  const placed = found.map(({ trial: { trial }, outcome }) => ({ trial, outcome }));
  return { placed, reference: referenceOutcome(context.catalogue, placed) };
}

/** One noise deviation of a result, in the units of its value: those of what is learned, times a
 * reward's factor. */
function noiseDeviation({ context, ledger }: TradeState, { value = 0, learned = 0 }: LedgerTrial): number {
  const data = withData(ledger);
  if (data.length === 0 || !ledger.warmStart) return 0;
  const { unit } = createStandardiser(data.map((trial) => trial.learned));
  const factor = context.input.problem.reward && learned > 0 ? value / learned : 1;
  return factor * unit * Math.sqrt(unpack(context.model.layout, ledger.warmStart).noise);
}

export function foldEvent(state: TradeState, event: RunEvent): TradeState {
  const ledger = record(state.ledger, event, state.context.catalogue);
  switch (event.type) {
    case 'asked':
    case 'rested':
    case 'searched':
      return { ...state, ledger };
    case 'told':
    case 'failed': {
      const before = state.ledger.trials[event.trial];
      const after = ledger.trials[event.trial];
      if (!before || !after) return state;
      const moved = { ...state, ledger };
      // The law speaks once a trial: a corrected result changes the data, not the regions' counts.
      return before.state === 'pending' ? settleRegions(moved, after) : moved;
    }
  }
}

/** The law for the trial's region, the end of those that are spent, and new ones on the front's
 * largest free shares. */
function settleRegions(state: TradeState, told: LedgerTrial): TradeState {
  const { context, ledger } = state;
  const { problem } = context.input;
  const { placed, reference } = judged(state);
  const front = contributions(placed, reference);
  const shares = new Map(front.map(({ trial, share }) => [trial, share]));
  const shareOf = (trial: number): number => shares.get(trial) ?? 0;
  const outcome = outcomeOf(problem, told);
  const others = placed.filter(({ trial }) => trial !== told.trial).map((item) => item.outcome);
  const { expectedGain = 0 } = told.why;
  const cells = createCells(others, reference);
  const noise = noiseDeviation(state, told);
  const success = outcome !== undefined && isSuccess(cells, outcome, expectedGain, noise);
  const realised = outcome ? gainAtBest(cells, outcome, noise) : 0;
  const payoff: Payoff = { expected: expectedGain, realised };

  // What a starved family's arm proposes passes no region over.
  const passed = told.why.source === FAMILY_ARM ? 0 : 1;

  const asked = askedKeys(ledger);
  const survivors: Region[] = [];
  const spent = new Set(state.spent);
  for (const region of state.regions) {
    const centre = ledger.trials[region.centre];
    if (!centre) continue;
    const family = familyOf(problem.space, centre.candidate.family);
    const tolerance = failureTolerance(family.dimensions.length);
    const own = told.why.region?.id === region.id;
    const moved = own
      ? afterTrial({ ...region, payoffs: paid(region.payoffs, payoff) }, success, tolerance, narrowestStep(family))
      : { ...region, idle: region.idle + passed };
    const follows = own && success && shareOf(told.trial) >= shareOf(region.centre);
    const next = moved && follows ? { ...moved, centre: told.trial } : moved;
    if (!next || next.idle > TRADE.idleTolerances * tolerance || isSurrounded(state, next, asked))
      spent.add(region.centre);
    else if (shares.has(next.centre)) survivors.push(next);
  }
  const claimed = new Set(survivors.map(({ centre }) => centre));
  const free = front.filter(({ trial }) => !claimed.has(trial) && !spent.has(trial));
  const room = context.options['oneRegion'] === true ? 1 : TRADE.regions;
  const opened = free
    .slice(0, Math.max(0, room - survivors.length))
    .map(({ trial }, i) => openRegion(state.nextRegion + i, trial));
  return { ...state, regions: [...survivors, ...opened], nextRegion: state.nextRegion + opened.length, spent };
}

/** Every candidate one step from the centre is asked already (or over a limit). */
function isSurrounded({ context, ledger }: TradeState, region: Region, asked: ReadonlySet<string>): boolean {
  const centre = ledger.trials[region.centre];
  if (!centre) return true;
  const family = familyOf(context.input.problem.space, centre.candidate.family);
  return adjacentExchange(family, centre.candidate.config).every((config) => {
    const member = context.catalogue.admit({ family: family.name, config });
    return !member || asked.has(member.key);
  });
}
