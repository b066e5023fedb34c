/** What may follow what: the invariants that the store enforces, as pure checks. */
import { WorkbenchError } from '../core/errors.ts';
import type { RunState } from '../core/records/run.ts';
import type { AskedEvent } from '../core/strategies/strategy.ts';
import type { Trial, TrialState } from '../core/records/trial.ts';
import type { NewTrialCosts, PredictionsRow, Searches } from './store.ts';

const TRIAL_MOVES = {
  queued: ['running', 'failed', 'stopped'],
  running: ['resting', 'finished', 'failed', 'stopped', 'interrupted'],
  resting: ['queued', 'stopped'],
  interrupted: ['running', 'failed', 'stopped'],
  finished: [],
  failed: [],
  stopped: [],
} as const satisfies Record<TrialState, readonly TrialState[]>;

const RUN_MOVES = {
  running: ['running', 'paused', 'interrupted', 'finished', 'failed'],
  paused: ['paused', 'running', 'interrupted', 'finished', 'failed'],
  interrupted: ['interrupted', 'running', 'paused', 'finished', 'failed'],
  finished: ['finished'],
  failed: ['failed', 'running'],
} as const satisfies Record<RunState, readonly RunState[]>;

export const NO_TRIALS: Readonly<Record<TrialState, number>> = {
  queued: 0,
  running: 0,
  resting: 0,
  finished: 0,
  failed: 0,
  interrupted: 0,
  stopped: 0,
};

export function conflict(message: string): WorkbenchError {
  return new WorkbenchError('store.conflict', message);
}

export function missingRun(id: string): WorkbenchError {
  return new WorkbenchError('run.missing', `There is no run "${id}" in this workspace; \`trade runs\` lists them.`);
}

export function missingTrial(id: string): WorkbenchError {
  return new WorkbenchError('trial.missing', `There is no trial "${id}" in this workspace.`);
}

export function assertTrialMove(id: string, from: TrialState, to: TrialState): void {
  const legal: readonly TrialState[] = TRIAL_MOVES[from];
  if (!legal.includes(to)) throw conflict(`Trial ${id} is ${from} and cannot become ${to}.`);
}

/** Weights are there from its end on. */
export function assertEnded(id: string, state: TrialState): void {
  if (state !== 'finished') throw conflict(`Trial ${id} is ${state}: it has no weights to drop.`);
}

/** The same state again is legal: it changes the reason. */
export function assertRunMove(id: string, from: RunState, to: RunState): void {
  const legal: readonly RunState[] = RUN_MOVES[from];
  if (!legal.includes(to)) throw conflict(`Run ${id} is ${from} and cannot become ${to}.`);
}

/** What trains cannot go to the trash, nor give up weights. */
export function assertAtRest(id: string, state: RunState): void {
  if (state === 'running') throw conflict(`Run ${id} is running: pause it first.`);
}

/** In the queue stand runs that can go on and do not. */
export function assertMayWait(id: string, state: RunState): void {
  if (state === 'paused' || state === 'interrupted') return;
  throw conflict(`Run ${id} is ${state}: it cannot wait for the machine.`);
}

/** `next`: the number that the run's next trial bears. */
export function assertAsked(
  run: { readonly id: string; readonly state: RunState },
  next: number,
  event: AskedEvent,
  costs: readonly NewTrialCosts[],
): void {
  if (run.state === 'finished' || run.state === 'failed') {
    throw conflict(`Run ${run.id} is ${run.state}: it asks for no more trials.`);
  }
  if (costs.length !== event.proposals.length) {
    throw conflict(`Run ${run.id}: ${event.proposals.length} proposals came with the costs of ${costs.length}.`);
  }
  event.proposals.forEach((proposal, index) => {
    if (proposal.trial !== next + index) {
      throw conflict(`Run ${run.id}: a proposal bears number ${proposal.trial} where ${next + index} is the next.`);
    }
  });
}

/**
 * Weights that a student begins with are those of its log, however often it is tried: a parent has
 * ended with weights or rests, and one that rests does not go on while a child of it is open. What
 * starts afresh after a leg begins with them again.
 * `trialOf`: as it stands before the event, by its number. `open`: trials that are to be trained.
 */
export function assertParents(
  runId: string,
  { proposals, continues = [] }: AskedEvent,
  trialOf: (number: number) => Pick<Trial, 'state' | 'leg' | 'from'> | undefined,
  open: readonly Pick<Trial, 'number' | 'from'>[],
): void {
  const afresh = continues.flatMap(({ trial }) => {
    const before = trialOf(trial);
    return before?.leg?.schedule === 'own' ? [{ number: trial, from: before.from }] : [];
  });
  const starting = [...proposals.map(({ trial, from }) => ({ number: trial, from })), ...afresh];
  for (const { number, from } of starting) {
    for (const parent of from?.parents ?? []) {
      const state = parent === 'teacher' ? 'finished' : trialOf(parent)?.state;
      if (state === 'finished' || state === 'resting') continue;
      throw conflict(
        `Run ${runId}: trial ${number} begins with the weights of ${parent}, which is ${state ?? 'none'}.`,
      );
    }
  }
  for (const { trial } of continues) {
    const child = [...starting, ...open].find(({ from }) => from?.parents.includes(trial));
    if (child) throw conflict(`Run ${runId}: trial ${trial} goes on while ${child.number} begins with its weights.`);
  }
}

/** Searches are numbered without gaps, and one is over before the next is asked for. */
export function assertSearch(runId: string, { asked: next, open }: Searches, { search }: AskedEvent): void {
  if (search === undefined) return;
  if (search.search !== next) {
    throw conflict(`Run ${runId}: a search bears number ${search.search} where ${next} is the next.`);
  }
  if (open) throw conflict(`Run ${runId}: search ${open.search} is not over, and another one is asked for.`);
}

/** A curve has no gaps; a point at or before its end replaces the rest (an attempt that began
 * further back). */
export function assertPoint(trialId: string, epoch: number, last: number | undefined): void {
  if (!Number.isInteger(epoch) || epoch < 0)
    throw conflict(`Trial ${trialId}: ${epoch} is not the number of an epoch.`);
  if (last === undefined ? epoch > 1 : epoch > last + 1) {
    throw conflict(`Trial ${trialId}: epoch ${epoch} was reported where ${last ?? 'nothing'} was the last.`);
  }
}

export function assertPredictions(trialId: string, { count, classes, probabilities }: PredictionsRow): void {
  if (probabilities.length !== count * classes) {
    throw conflict(
      `Trial ${trialId}: ${probabilities.length} probabilities for ${count} images of ${classes} classes.`,
    );
  }
}

/** The test split answers once for a student, and only for one that is done. */
export function assertTestable(id: string, state: TrialState, tested: boolean): void {
  if (state !== 'finished') throw conflict(`Trial ${id} is ${state}: only a finished one can be tested.`);
  if (tested) throw conflict(`Trial ${id} has its test accuracy already: the test split is used once.`);
}
