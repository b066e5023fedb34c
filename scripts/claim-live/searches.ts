/** Plays the searches of the live claim by real trainings, and trains the students of their fronts
 * again. Whatever is recorded is told again instead of trained. */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { StudentSpace } from '../../src/core/arch/families/registry.ts';
import { paramsAndMacs } from '../../src/core/arch/cost.ts';
import type { ArchitectureGraph } from '../../src/core/arch/graph.ts';
import { WorkbenchError } from '../../src/core/errors.ts';
import type { Problem } from '../../src/core/objective.ts';
import { candidateKey } from '../../src/core/space/candidate-key.ts';
import type { Candidate } from '../../src/core/space/space.ts';
import { openStrategy } from '../../src/core/strategies/registry.ts';
import { exclusively } from '../../src/compute/files/exclusive-work.ts';
import { appendRow, readRecord, recorded, touchClaim } from '../study/record.ts';
import { seedsOf, studentsOf } from './analysis.ts';
import type { Protocol } from './protocol.ts';
import { freshId, keyOf, readRows, searchOf, trainingSeedOf, trialId } from './rows.ts';
import type { FreshRow, TrialRow } from './rows.ts';

/** Trains one student, with a look at the test images or without. Throws `trainer.failed`. */
export type TrainStudent = (
  candidate: Candidate,
  options: { readonly seed: number; readonly tested: boolean; readonly stillAtIt: () => void },
) => Promise<{ readonly validationAccuracy: number; readonly testAccuracy?: number; readonly seconds: number }>;

export interface Field {
  readonly file: string;
  readonly protocol: Protocol;
  readonly space: StudentSpace;
  /** Accuracy of naming one class each time. */
  readonly baseline: number;
  readonly train: TrainStudent;
  readonly say: (line: string) => void;
  /** Milliseconds from a monotonic clock. */
  readonly now: () => number;
}

/** Above the limit, so that the dearest student counts a little. */
const REFERENCE_FACTOR = 1.1;

function problemOf({ protocol, space, baseline }: Field): Problem {
  const { params, macs } = protocol.fixed;
  return {
    space,
    objectives: [
      { metric: 'accuracy', goal: 'maximize', known: false },
      { metric: 'params', goal: 'minimize', known: true },
    ],
    limits: [
      { metric: 'params', max: params },
      { metric: 'macs', max: macs },
    ],
    reference: { accuracy: baseline, params: REFERENCE_FACTOR * params },
    budget: protocol.trials,
  };
}

/** Every search that nobody else is at. Gives whether all are whole. */
export async function playSearches(field: Field): Promise<boolean> {
  const { file, protocol } = field;
  const claims = join(dirname(file), 'claims');
  mkdirSync(claims, { recursive: true });
  const told = progressOf(field, protocol.players.length * protocol.seeds * protocol.trials);
  // Seed by seed: what is there at any time is paired.
  for (const seed of seedsOf(protocol)) {
    for (const player of protocol.players) {
      const claim = join(claims, `search-${player}-${seed}`);
      await exclusively(claim, () => playSearch(field, player, seed, () => touchClaim(claim), told));
    }
  }
  const rows = readRows(file);
  return protocol.players.every((player) =>
    seedsOf(protocol).every((seed) => searchOf(rows, player, seed).length >= protocol.trials),
  );
}

async function playSearch(
  field: Field,
  player: string,
  seed: number,
  stillAtIt: () => void,
  told: (row: TrialRow) => void,
): Promise<void> {
  const { file, protocol } = field;
  const strategy = openStrategy(player, { problem: problemOf(field), seed, options: {}, prior: [] });
  const known = readRows(file);
  for (let trial = 0; trial < protocol.trials; trial++) {
    const event = strategy.ask(1);
    const [proposal] = event.proposals;
    const id = trialId(player, seed, trial);
    if (proposal === undefined) throw new WorkbenchError('internal', `${id}: ${player} proposes nothing more.`);
    strategy.fold(event);
    let row = known.trials.get(id);
    if (row === undefined) {
      row = await trialRow(field, { player, seed, trial }, proposal.candidate, stillAtIt);
      appendRow(file, row);
      told(row);
    }
    if (candidateKey(row.candidate) !== candidateKey(proposal.candidate))
      throw new WorkbenchError(
        'internal',
        `${id}: ${player} proposes another student than it did. Is the code the same?`,
      );
    const { validationAccuracy, params, macs } = row;
    strategy.fold(
      validationAccuracy === undefined
        ? { type: 'failed', trial, reason: row.failed ?? '' }
        : { type: 'told', trial, metrics: { accuracy: validationAccuracy, params, macs } },
    );
  }
}

async function trialRow(
  { space, train }: Field,
  place: { readonly player: string; readonly seed: number; readonly trial: number },
  candidate: Candidate,
  stillAtIt: () => void,
): Promise<TrialRow> {
  const id = trialId(place.player, place.seed, place.trial);
  const { params, macs } = paramsAndMacs(graphOf(space, candidate));
  const row = { id, ...place, candidate, params, macs, trainingSeed: trainingSeedOf(id) };
  const result = await attempt(() => train(candidate, { seed: row.trainingSeed, tested: false, stillAtIt }));
  if ('failed' in result) return { ...row, ...result };
  return { ...row, validationAccuracy: result.validationAccuracy, seconds: result.seconds };
}

/** Trains the students of all fronts again, each with seeds that nobody searched on, and looks at
 * the test images once a training. */
export async function trainAgain(field: Field): Promise<void> {
  const { file, protocol, train, space } = field;
  const students = [...studentsOf(protocol, readRows(file)).values()];
  const orders = students.flatMap((row) =>
    Array.from({ length: protocol.fixed.fresh }, (_, round) => ({ row, round, id: freshId(keyOf(row), round) })),
  );
  const told = progressOf(field, orders.length, (id) => id.startsWith('again/'));
  for (const { row, round, id } of orders) {
    const made = await recorded(file, id, async (stillAtIt): Promise<FreshRow> => {
      const { candidate } = row;
      const own = { id, key: keyOf(row), round, candidate, params: paramsAndMacs(graphOf(space, candidate)).params };
      const seed = trainingSeedOf(id);
      const result = await attempt(() => train(candidate, { seed, tested: true, stillAtIt }));
      if ('failed' in result) return { ...own, trainingSeed: seed, ...result };
      return { ...own, trainingSeed: seed, testAccuracy: result.testAccuracy, seconds: result.seconds };
    });
    if (made) told(made);
  }
}

/** Throws `family.unknown`. */
export function graphOf(space: StudentSpace, { family: name, config }: Candidate): ArchitectureGraph {
  const family = space.families.find((one) => one.name === name);
  if (family === undefined) throw new WorkbenchError('family.unknown', `There is no family "${name}".`);
  return family.build(config);
}

/** A training that runs astray is a result: it would do so again. */
async function attempt<T>(work: () => Promise<T>): Promise<T | { readonly failed: string; readonly seconds: number }> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof WorkbenchError) || error.code !== 'trainer.failed') throw error;
    return { failed: error.message, seconds: 0 };
  }
}

interface Progressing {
  readonly id: string;
  readonly validationAccuracy?: number;
  readonly testAccuracy?: number;
  readonly failed?: string;
}

/** Says after each training how many of `all` are there, and how long the others take at the pace
 * of this process. */
function progressOf({ file, say, now }: Field, all: number, isMine = (id: string) => !id.startsWith('again/')) {
  const started = now();
  let made = 0;
  return (row: Progressing): void => {
    made += 1;
    const there = readRecord(file).filter(({ id }) => id !== 'protocol' && isMine(id)).length;
    const minutes = (((now() - started) / made) * (all - there)) / 60_000;
    const result = row.failed ?? (row.testAccuracy ?? row.validationAccuracy ?? NaN).toFixed(4);
    say(`${there}/${all} ${row.id}: ${result}; about ${minutes.toFixed(0)} min left for one process`);
  };
}
