/**
 * Successive halving (Jamieson and Talwalkar 2016), in step and by legs: all students are drawn by
 * chance and trained for a few epochs, the best third of them for more, and the best third of those
 * to the end. A toy: it shows what a strategy that asks for legs has to bring, and the contract
 * suite and the host play it as any other.
 */
import type { RunEvent } from '../../../src/core/records/events.ts';
import { learnedMetric } from '../../../src/core/reward.ts';
import { askInTurn, BASELINE_DEFAULTS, foldBaseline, startBaseline } from '../../../src/core/strategies/baseline.ts';
import type { BaselineState } from '../../../src/core/strategies/baseline.ts';
import { sign } from '../../../src/core/objective.ts';
import { FIRST_SOURCES } from '../../../src/core/strategies/initial.ts';
import type { LedgerTrial } from '../../../src/core/strategies/ledger.ts';
import { drawMember } from '../../../src/core/strategies/random.ts';
import type { AskedEvent, Strategy } from '../../../src/core/strategies/strategy.ts';

/** One in so many goes on. */
const ETA = 3;

interface HalvingState extends BaselineState {
  /** Epochs after which students rest, rising; `[rungs]`. */
  readonly rungs: readonly number[];
  /** What each trial was worth on the rungs that it has reached: more is better. */
  readonly values: ReadonlyMap<number, readonly number[]>;
}

function rungsOf(epochs: number): readonly number[] {
  const shares = [ETA * ETA, ETA].map((share) => Math.ceil(epochs / share));
  return [...new Set(shares)].filter((until) => until < epochs);
}

function fold(before: HalvingState, event: RunEvent): HalvingState {
  const state = foldBaseline(before, event);
  switch (event.type) {
    case 'asked':
    case 'told':
    case 'failed':
    case 'mixed':
    case 'searched':
      return state;
    case 'rested': {
      const { problem } = state.input;
      const value =
        sign(problem.objectives[0]?.goal ?? 'maximize') * (event.metrics[learnedMetric(problem) ?? ''] ?? NaN);
      const known = state.values.get(event.trial) ?? [];
      // Heard twice, it is one rung all the same.
      if (known.length > state.rungs.indexOf(event.epoch)) return state;
      return {
        ...state,
        values: new Map(state.values).set(event.trial, [...known, Number.isNaN(value) ? -Infinity : value]),
      };
    }
  }
}

/** The leg up to a rung; none past the last one. */
function legTo({ rungs, input }: HalvingState, rung: number): Pick<AskedEvent['proposals'][number], 'leg'> {
  const until = rungs[rung];
  const schedule = input.options['afresh'] === true ? 'own' : 'part';
  return until === undefined ? {} : { leg: { until, schedule } };
}

function ask(state: HalvingState, count: number): AskedEvent {
  const { values, rungs, ledger } = state;
  const event = askInTurn(state, count, ({ catalogue, input }, { position, asked }) => {
    const member = drawMember(catalogue, input.seed, position, asked);
    return member && { member, why: { source: 'random' } };
  });
  if (event.proposals.length > 0) {
    return { ...event, proposals: event.proposals.map((proposal) => ({ ...proposal, ...legTo(state, 0) })) };
  }
  let cohort: readonly LedgerTrial[] = ledger.trials;
  for (let rung = 0; rung < rungs.length; rung += 1) {
    const valueOf = ({ trial }: LedgerTrial): number => values.get(trial)?.[rung] ?? NaN;
    if (cohort.some((trial) => trial.state === 'pending' && Number.isNaN(valueOf(trial)))) return event; // wait
    const ranked = cohort.filter((trial) => !Number.isNaN(valueOf(trial))).sort((a, b) => valueOf(b) - valueOf(a));
    cohort = ranked.slice(0, Math.ceil(cohort.length / ETA));
    const next = cohort.filter(({ trial, state: now }) => now === 'resting' && values.get(trial)?.length === rung + 1);
    const continues = next
      .slice(0, count)
      .map(({ trial }) => ({ trial, ...legTo(state, rung + 1), why: { source: 'rung' } }));
    if (continues.length > 0) return { ...event, continues };
  }
  return event;
}

export const toyHalving: Strategy<HalvingState> = {
  id: 'toy-halving',
  title: 'Toy halving',
  version: 1,
  fidelity: 'partial',
  summary: 'Students by chance: all train a little, the best third more, the best of those to the end.',
  defaults: { ...BASELINE_DEFAULTS, afresh: false },
  sources: { ...FIRST_SOURCES, rung: { title: 'Rung', sentence: 'It is among the best third of its rung.' } },
  needs: ['legs'],
  init: (input) => ({ ...startBaseline(input), rungs: rungsOf(input.epochs ?? 1), values: new Map() }),
  fold,
  ask,
};
