/**
 * Played games as lines of a file, so that a long benchmark can stop, go on, and be done again in
 * parts.
 *
 * A record is fresh as long as its game answers as it did (`game`, a hash of the problem and of
 * some answers) and its player is what it was (`player`: a hash of the files that the strategy
 * reaches, or of a peer's).
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { cpus, machine, type } from 'node:os';
import { createRng } from '../../src/core/math/rng.ts';
import { randomMember } from '../../src/core/space/lattice.ts';
import type { Game } from '../../src/core/strategies/replay.ts';
import { hashOf } from './hashes.ts';

/** `wall`, or `cpu`: processor time of the process, for a busy machine. */
export type Clock = 'wall' | 'cpu';

/** One game to be played. */
export interface Match {
  readonly task: string;
  readonly strategy: string;
  readonly seed: number;
  readonly budget: number;
  readonly batch: number;
}

export interface MatchRecord extends Match {
  /** The strategy's version, or the versions of a peer's packages. */
  readonly version: string;
  readonly player: string;
  readonly game: string;
  /** What the asks were timed by. */
  readonly clock: Clock;
  /** Scores after each trial, `[n]`, and the milliseconds of the ask that each came from. */
  readonly curve: readonly number[];
  readonly askMs: readonly number[];
  /** Why it was not played: the peer cannot play games of this kind. */
  readonly skipped?: string;
  /** Where and when it was played; absent from records of before these were kept. */
  readonly origin?: Origin;
}

export interface Origin {
  readonly machine: string;
  /** `yyyy-mm-dd` */
  readonly date: string;
}

/** This machine, on the day of `now`. */
export function originOf(now: Date): Origin {
  const cores = cpus();
  const model = cores[0]?.model.trim() ?? 'unknown processor';
  return { machine: `${model}, ${cores.length} cores, ${type()} ${machine()}`, date: now.toISOString().slice(0, 10) };
}

/** Members of each family by whose answers a game is known. */
const ANSWERS = 4;

/** Hash of the problem as a strategy sees it, and of answers and scores to some of its members. */
export function gameHash({ problem, answer, score }: Game): string {
  const rng = createRng(1);
  const played = problem.space.families.flatMap((family) =>
    Array.from({ length: ANSWERS }, (_, trial) => {
      const candidate = { family: family.name, config: randomMember(family, rng.uniform) };
      return { candidate, metrics: answer(candidate, trial, trial) };
    }),
  );
  const families = problem.space.families.map(({ name, dimensions, reference }) => ({ name, dimensions, reference }));
  return hashOf(
    JSON.stringify([families, problem.objectives, problem.limits, problem.reference, played, score(played)]),
  );
}

const matchKey = ({ task, strategy, seed, budget, batch }: Match): string =>
  JSON.stringify([task, strategy, seed, budget, batch]);

/** A number that JSON has no word for was written as null. */
const numbers = (values: readonly (number | null)[]): readonly number[] => values.map((value) => value ?? NaN);

function parseLine(line: string): MatchRecord | undefined {
  try {
    const record = JSON.parse(line) as MatchRecord; // only `writeRecord` wrote it
    return { ...record, curve: numbers(record.curve), askMs: numbers(record.askMs) };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Records by match; of several the last stands. A line cut off by a crash is passed over. */
export function readRecords(file: string | undefined): Map<string, MatchRecord> {
  const records = new Map<string, MatchRecord>();
  if (file === undefined || !existsSync(file)) return records;
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const record = line === '' ? undefined : parseLine(line);
    if (record) records.set(matchKey(record), record);
  }
  return records;
}

/** The record of the same match, budget and batch included: a strategy may plan for them. */
export const findRecord = (records: ReadonlyMap<string, MatchRecord>, match: Match): MatchRecord | undefined =>
  records.get(matchKey(match));

/** The first trials of a record that went on for longer; only for players that do not know their
 * budget. */
export function findHead(records: ReadonlyMap<string, MatchRecord>, match: Match): MatchRecord | undefined {
  const { budget } = match;
  const longer = [...records.values()].filter((record) => {
    return record.budget >= budget && matchKey({ ...record, budget }) === matchKey(match);
  });
  const [record] = longer.sort((a, b) => a.budget - b.budget);
  return record && { ...record, budget, curve: record.curve.slice(0, budget), askMs: record.askMs.slice(0, budget) };
}

const short = (value: number, digits: number): number => Number(value.toPrecision(digits));

/** Adds a line; what a crash has left without its end stays a line of its own. */
export function writeRecord(file: string, record: MatchRecord): void {
  const curve = record.curve.map((value) => short(value, 9));
  const askMs = record.askMs.map((value) => short(value, 3));
  const last = existsSync(file) ? readFileSync(file, 'utf8').slice(-1) : '';
  appendFileSync(file, `${last === '' || last === '\n' ? '' : '\n'}${JSON.stringify({ ...record, curve, askMs })}\n`);
}
