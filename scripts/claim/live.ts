/**
 * The claim played live: searches by real trainings, through the product's own command line, one
 * after the other in one workspace. Three seeds describe; they test nothing. Resumable: a line a
 * finished search, an interrupted one goes on.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WorkbenchError } from '../../src/core/errors.ts';
import { originOf } from '../../benchmarks/search/records.ts';
import type { Origin } from '../../benchmarks/search/records.ts';
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

/** What a call of the command line came to; its last line of JSON. */
export interface Told {
  readonly code: number;
  readonly last: unknown;
}
export type RunTrade = (args: readonly string[]) => Promise<Told>;

const PROGRAM = fileURLToPath(new URL('../trade.mjs', import.meta.url));
const INTERRUPTED = 130;

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

/** Begins it, or goes on with what was begun. */
async function search(options: LiveOptions, player: string, seed: number, run: RunTrade): Promise<Told> {
  const { out, config, trials } = options;
  const name = `claim ${player} ${seed}`;
  const begun = existsSync(join(out, 'workspace')) ? (await run(['runs', '--json', ...workspaceArgs(out)])).last : {};
  const before = listOf(begun, 'runs').find((one) => one['name'] === name);
  if (before !== undefined) {
    const told = { code: 0, last: { run: before } };
    return before['state'] === 'finished'
      ? told
      : run(['resume', String(before['id']), '--json', ...workspaceArgs(out)]);
  }
  const { $schema: _, ...rest } = recordOf(JSON.parse(readFileSync(config, 'utf8')));
  const file = join(out, `${player}-${seed}.json`);
  writeFileSync(file, JSON.stringify({ ...rest, name, strategy: { id: player }, budget: { trials }, seed }, null, 2));
  return run(['search', file, '--json', ...workspaceArgs(out)]);
}

const workspaceArgs = (out: string): readonly string[] => ['--workspace', join(out, 'workspace')];
const runOf = (told: unknown): string => String(recordOf(recordOf(told)['run'])['id']);
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

type Unknown = Readonly<Record<string, unknown>>;

function studentOf(trial: Unknown): LiveStudent {
  const number = (key: string): number | undefined => (typeof trial[key] === 'number' ? trial[key] : undefined);
  const { family, state } = trial;
  const [accuracy, testAccuracy, seconds] = ['accuracy', 'testAccuracy', 'seconds'].map(number);
  const costs = { params: number('params') ?? NaN, macs: number('macs') ?? NaN };
  return { family: String(family), ...costs, accuracy, testAccuracy, state: String(state), seconds };
}

// Sound: the command line's JSON, whose keys are stable; what is absent is undefined.
const recordOf = (value: unknown): Unknown => (typeof value === 'object' && value !== null ? (value as Unknown) : {});
const listOf = (value: unknown, key: string): readonly Unknown[] => {
  const list = recordOf(value)[key];
  return Array.isArray(list) ? list.map(recordOf) : [];
};

/** The product's own command line, as a person calls it. */
export function runTrade(args: readonly string[]): Promise<Told> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    // Ctrl+C reaches the child as well, which ends in order; this process waits for it.
    const wait = (): void => undefined;
    const pass = (): void => void child.kill('SIGTERM');
    process.on('SIGINT', wait).on('SIGTERM', pass);
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      process.off('SIGINT', wait).off('SIGTERM', pass);
      const last = text.trim().split('\n').at(-1);
      resolve({ code: code ?? INTERRUPTED, last: last === undefined || last === '' ? undefined : JSON.parse(last) });
    });
  });
}
