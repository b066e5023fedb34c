/** TRADE's state: what was asked and told. All else follows from it at every proposal. */
import type { RunEvent } from '../../records/events.ts';
import { EMPTY_LEDGER, record, referenceOutcome, withOutcomes } from '../ledger.ts';
import type { Ledger } from '../ledger.ts';
import type { TradeContext } from './context.ts';
import type { Initial } from './init.ts';

export interface TradeState {
  readonly context: TradeContext;
  readonly design: readonly Initial[];
  readonly ledger: Ledger;
}

export const startState = (context: TradeContext, design: readonly Initial[]): TradeState => ({
  context,
  design,
  ledger: EMPTY_LEDGER,
});

/** Trials with data within all limits, and the point from which their hypervolume is measured. */
export function judged({ context, ledger }: TradeState) {
  const found = withOutcomes(context.input.problem, ledger.trials);
  const placed = found.map(({ trial: { trial }, outcome }) => ({ trial, outcome }));
  return { placed, reference: referenceOutcome(context.catalogue, placed) };
}

export const foldEvent = (state: TradeState, event: RunEvent): TradeState => ({
  ...state,
  ledger: record(state.ledger, event, state.context.catalogue),
});
