/** The rows file: a header that says what all rows share, a line a process that wrote some, a line
 * a training or timing. */
import { existsSync, linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { WorkbenchError } from '../../src/core/errors.ts';
import { completeRecipe } from '../../src/core/records/recipe.ts';
import type { RecordedRecipe } from '../../src/core/records/recipe.ts';
import type { Configuration } from '../../src/core/space/space.ts';
import { writeAtomically } from '../../src/compute/files/atomic-file.ts';
import { readRecord } from '../study/record.ts';
import { stableJson } from './stable-json.ts';
import type { Signal } from './plan.ts';
import type { StudentSet } from './students.ts';

export interface Header {
  readonly id: 'header';
  readonly format: 'fashion-kd-rows/1';
  /** Of every full training with a teacher; others differ in epochs and teacher alone. */
  readonly recipe: RecordedRecipe;
  /** SHA-256 each. */
  readonly fingerprints: {
    /** Pixels and labels of all three splits. */
    readonly data: string;
    /** The teacher's weights file. */
    readonly teacher: string;
    /** Graphs of all students, as the builders make them. */
    readonly builders: string;
  };
  readonly teacher: { readonly name: string; readonly testAccuracy: number };
}

/** A process that trained: what all of its rows share. */
export interface Session {
  /** `session/...` */
  readonly id: string;
  readonly date: string;
  readonly commit: string;
  readonly backend: Readonly<Record<string, string>>;
  readonly device: string;
  readonly threads: number;
}

/** `[epochs]` each: after every epoch. Accuracies as fractions, losses in nats. */
export interface Curve {
  readonly trainLoss: readonly number[];
  readonly validationLoss: readonly number[];
  readonly validationAccuracy: readonly number[];
}

export interface TrainingRow {
  /** `trainingId` */
  readonly id: string;
  readonly signal: Signal;
  readonly seed: number;
  readonly epochs: number;
  readonly family: string;
  readonly config: Configuration;
  readonly set: StudentSet;
  readonly params: number;
  readonly macs: number;
  readonly session: string;
  /** After the last epoch; none of a training that failed. */
  readonly validationAccuracy?: number;
  readonly testAccuracy?: number;
  readonly curve?: Curve;
  readonly seconds?: number;
  readonly cpuSeconds?: number;
  /** Why it failed. */
  readonly failed?: string;
}

export interface LatencyRow {
  /** `latency/<round>/<student>` */
  readonly id: string;
  readonly session: string;
  readonly otherLoad: number;
  readonly timings: readonly {
    readonly engine: string;
    readonly version: string;
    readonly batch: number;
    readonly medianMs: number;
    readonly p90Ms: number;
    readonly passes: number;
  }[];
}

export interface Rows {
  readonly header: Header | undefined;
  readonly sessions: readonly Session[];
  readonly trainings: ReadonlyMap<string, TrainingRow>;
  readonly latencies: ReadonlyMap<string, LatencyRow>;
}

type AnyRow = Header | Session | TrainingRow | LatencyRow;

/** Of several files together; what two of them have is the earlier file's. Throws `config.invalid`
 * where headers differ. */
export function readRows(files: readonly string[]): Rows {
  const all = files.map((file) => ({ file, rows: readRecord<AnyRow>(file) }));
  const headers = all.flatMap(({ file, rows }) => rows.filter(isHeader).map((header) => ({ file, header })));
  const header = headers[0]?.header;
  for (const other of headers) if (header) checkHeader(header, other.header, other.file);
  const byId = new Map<string, AnyRow>();
  for (const row of all.flatMap((one) => one.rows)) if (!byId.has(row.id)) byId.set(row.id, row);
  const rows = [...byId.values()];
  return {
    header,
    sessions: rows.filter(isSession),
    trainings: new Map(rows.filter(isTraining).map((row) => [row.id, row])),
    latencies: new Map(rows.filter(isLatency).map((row) => [row.id, row])),
  };
}

const isHeader = (row: AnyRow): row is Header => row.id === 'header';
const isSession = (row: AnyRow): row is Session => row.id.startsWith('session/');
const isLatency = (row: AnyRow): row is LatencyRow => row.id.startsWith('latency/');
const isTraining = (row: AnyRow): row is TrainingRow => 'signal' in row;

/** Throws `config.invalid` naming what rows under these two headers do not share. */
export function checkHeader(expected: Header, found: Header, file: string): void {
  const partsOf = ({ format, recipe, fingerprints }: Header) => ({
    ...fingerprints,
    recipe: completeRecipe(recipe),
    format,
  });
  const [wanted, other] = [partsOf(expected), partsOf(found)].map((parts) => new Map(Object.entries(parts)));
  const differing = [...(wanted ?? [])].filter(([name, value]) => stableJson(value) !== stableJson(other?.get(name)));
  if (differing.length === 0) return;
  const names = differing.map(([name]) => name).join(', ');
  const advice = 'Rows of both make no table: go on at the commit that recorded it, or record into another folder.';
  throw new WorkbenchError('config.invalid', `${file} was recorded with other ${names}. ${advice}`, { file });
}

/** Makes the file with its header, or checks the header that is there. Any number of processes may
 * do so at once. */
export function openRows(file: string, header: Header): void {
  mkdirSync(dirname(file), { recursive: true });
  if (!existsSync(file)) {
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, JSON.stringify(header));
    try {
      linkSync(draft, file); // fails where another process was first: nobody ever sees an empty file
    } catch (error) {
      if (!existsSync(file)) throw error;
    } finally {
      rmSync(draft);
    }
  }
  const found = readRows([file]).header;
  if (found === undefined) {
    throw new WorkbenchError('config.invalid', `${file} has no header: it is no rows file. Move it away.`, { file });
  }
  checkHeader(header, found, file);
}

/** The lines of all files as one file: header, sessions, trainings in the order of `ids`, those of
 * other plans, timings. */
export function collectRows(files: readonly string[], into: string, ids: readonly string[]): Rows {
  const rows = readRows([into, ...files]);
  const { header, sessions, trainings, latencies } = rows;
  if (header === undefined) {
    throw new WorkbenchError('config.invalid', `There are no rows in ${files.join(', ')}: record some first.`);
  }
  const planned = ids.map((id) => trainings.get(id)).filter((row) => row !== undefined);
  const others = [...trainings.values()].filter((row) => !planned.includes(row));
  const lines = [header, ...sessions, ...planned, ...others, ...latencies.values()];
  mkdirSync(dirname(into), { recursive: true });
  writeAtomically(into, Buffer.from(`${lines.map((line) => JSON.stringify(line)).join('\n')}\n`));
  return rows;
}
