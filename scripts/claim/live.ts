/**
 * The claim played live: searches by real trainings, through the product's own command line, one
 * after the other in one workspace. Three seeds describe; they test nothing. Resumable: a line a
 * finished search, an interrupted one goes on.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { WorkbenchError } from '../../src/core/errors.ts';
import { originOf } from '../../benchmarks/search/records.ts';
import type { Origin } from '../../benchmarks/search/records.ts';
import { beginOrResume, INTERRUPTED, listOf, recordOf, runOf, runTrade, workspaceArgs } from '../study/by-product.ts';
import type { RunTrade, Told, Unknown } from '../study/by-product.ts';
import { appendRow, readRecord } from '../study/record.ts';
import { LIVE_PLAYERS } from './protocol.ts';

export interface LiveStudent {
  readonly family: string;
  readonly params: number;
  readonly macs: number;
  /** Validation accuracy; absent of one that failed. */
  readonly accuracy?: number;
  /** Of the front's students alone: nobody else's test images were looked at. */
  readonly testAccuracy?: number;
  readonly state: string;
  readonly seconds?: number;
}

export interface LiveRow {
  /** `<player>/<seed>` */
  readonly id: string;
  readonly player: string;
  readonly seed: number;
  readonly dataset: string;
  readonly trials: number;
  readonly failed: number;
  /** In the order of the search. */
  readonly students: readonly LiveStudent[];
  readonly front: readonly LiveStudent[];
  /** Of the whole search by the clock: trainings, looks, asks, and the teacher's part where it was
   * first. */
  readonly seconds: number;
  readonly origin: Origin;
}

export interface LiveOptions {
  /** Folder of the workspace and the configurations. */
  readonly out: string;
  /** File of the rows. */
  readonly records: string;
  /** A search's configuration, without strategy and seed. */
  readonly config: string;
  readonly seeds: number;
  readonly trials: number;
  readonly say: (line: string) => void;
  readonly run?: RunTrade;
}

/** Gives whether all searches are there. A search that fails is an error; Ctrl+C leaves the rest
 * for the next time. */
export async function playLive(options: LiveOptions): Promise<boolean> {
  const { out, records, seeds, say, run = runTrade } = options;
  const orders = Array.from({ length: seeds }, (_, index) => index + 1).flatMap((seed) =>
    LIVE_PLAYERS.map((player) => ({ player, seed, id: `${player}/${seed}` })),
  );
  mkdirSync(out, { recursive: true });
  mkdirSync(dirname(records), { recursive: true });
  for (const [index, { player, seed, id }] of orders.entries()) {
    if (readRecord<LiveRow>(records).some((row) => row.id === id)) continue;
    say(`${index + 1}/${orders.length} ${id}`);
    const told = await search(options, player, seed, run);
    if (told.code === INTERRUPTED) return false;
    if (told.code !== 0) throw new WorkbenchError('internal', `The search ${id} ended with ${told.code}: see above.`);
    const shown = await run(['show', runOf(told.last), '--json', ...workspaceArgs(out)]);
    appendRow(records, rowOf(shown.last, { player, seed, dataset: datasetOf(options.config) }));
  }
  return true;
}

function search(options: LiveOptions, player: string, seed: number, run: RunTrade): Promise<Told> {
  const { out, config, trials } = options;
  const { $schema: _, ...rest } = recordOf(JSON.parse(readFileSync(config, 'utf8')));
  const wanted = { ...rest, name: `claim ${player} ${seed}`, strategy: { id: player }, budget: { trials }, seed };
  return beginOrResume(out, wanted, run);
}

const datasetOf = (config: string): string => String(recordOf(JSON.parse(readFileSync(config, 'utf8')))['dataset']);

/** What `trade show` says of a run, as a row. */
export function rowOf(
  shown: unknown,
  { player, seed, dataset }: { readonly player: string; readonly seed: number; readonly dataset: string },
): LiveRow {
  const run = recordOf(recordOf(shown)['run']);
  const students = listOf(run, 'trials').map(studentOf);
  return {
    ...{ id: `${player}/${seed}`, player, seed, dataset, trials: students.length },
    failed: students.filter(({ state }) => state === 'failed').length,
    students,
    front: listOf(run, 'front').map((one) => studentOf({ ...one, state: 'finished' })),
    seconds: Number(run['seconds']),
    origin: originOf(new Date()),
  };
}

function studentOf(trial: Unknown): LiveStudent {
  const number = (key: string): number | undefined => (typeof trial[key] === 'number' ? trial[key] : undefined);
  const { family, state } = trial;
  const [accuracy, testAccuracy, seconds] = ['accuracy', 'testAccuracy', 'seconds'].map(number);
  const costs = { params: number('params') ?? NaN, macs: number('macs') ?? NaN };
  return { family: String(family), ...costs, accuracy, testAccuracy, state: String(state), seconds };
}
