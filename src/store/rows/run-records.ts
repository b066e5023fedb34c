/**
 * A run's rows as records: what an archive holds of it, one JSON text a line, and the canonical
 * form by which two copies are compared. Neither the run's id nor a place on a disk is in it: a run
 * that is taken in under another id has the same records.
 */
import type { Connection } from '../database.ts';
import { RECORD_ROWS } from './record-rows.ts';
import type { RecordTable } from './record-rows.ts';
import { trialIdOf } from '../ids.ts';
import { conflict } from '../rules.ts';
import { foldName } from '../summaries.ts';

type Value = string | number | null;
/** Table, and the values of its columns in their order; blobs as base64. */
export type RunRecord = readonly [table: string, ...values: Value[]];

interface Table {
  readonly name: RecordTable;
  /** Of its records. */
  readonly keys: readonly string[];
  /** Of the table itself: `trial` is none of those whose rows belong to one. */
  readonly columns: readonly string[];
  readonly blobs?: readonly string[];
  /** Rows of a run `:id`, with `trial` where they belong to one. */
  readonly from: string;
  readonly ofTrial?: true;
  /** So many of the last columns came later: records of before end without them. */
  readonly later?: number;
}

function ofRun(name: RecordTable, from: string, later = 0): Table {
  const keys = Object.keys(RECORD_ROWS[name]);
  return { name, keys, columns: keys, from: `${name} r WHERE ${from}`, later };
}

function ofTrials(name: RecordTable, order: string, ...blobs: readonly string[]): Table {
  const keys = Object.keys(RECORD_ROWS[name]);
  const from = `${name} r JOIN trial t ON t.id = r.trial_id WHERE t.run_id = :id ORDER BY t.number${order}`;
  return { name, keys, columns: keys.slice(1), blobs, from, ofTrial: true };
}

/** In the order in which rows may refer to those before. */
const TABLES: readonly Table[] = [
  ofRun('run', 'id = :id', 1),
  ofRun('run_tag', 'run_id = :id ORDER BY tag_folded'),
  ofRun('trial', 'run_id = :id ORDER BY number', 2),
  ofRun('event', 'run_id = :id ORDER BY seq'),
  ofTrials('epoch', ', r.epoch'),
  ofTrials('prediction', '', 'probabilities'),
  ofTrials('latency', ', r.number', 'timings'),
  ofTrials('checkpoint', ', r.kind'),
  ofRun('supernet', 'run_id = :id ORDER BY search'),
  ofTrials('trial_note', ''),
];

const tableOf = (name: string): Table | undefined => TABLES.find((one) => one.name === name);

/** Values of a record by their columns, of an earlier schema's too; `undefined` where it has not as
 * many as it should. */
export function recordRow(name: string, values: readonly unknown[]): ReadonlyMap<string, unknown> | undefined {
  const table = tableOf(name);
  if (table === undefined) return undefined;
  const missing = table.keys.length - values.length;
  if (missing < 0 || missing > (table.later ?? 0)) return undefined;
  return new Map(table.keys.map((column, place) => [column, place < values.length ? values[place] : null]));
}

/** What a dead session left running is told as the next start would mark it. */
const CUT = `CASE r.state WHEN 'running' THEN 'interrupted' ELSE r.state END AS state`;

/** Lazily: a run of many curves is never in memory as a whole. Belongs inside a transaction, for
 * one state of all tables. */
export function* readRunRecords(db: Connection, runId: string): Generator<RunRecord> {
  for (const table of TABLES) {
    const columns = table.columns.map((column) => (column === 'state' ? CUT : `r.${column}`));
    const first = table.ofTrial ? ['t.number AS trial'] : [];
    const rows = db
      .prepare<[{ readonly id: string }], readonly (Value | Buffer)[]>(
        `SELECT ${[...first, ...columns].join(', ')} FROM ${table.from}`,
      )
      .raw()
      .iterate({ id: runId });
    for (const row of rows) {
      yield [table.name, ...row.map((value) => (Buffer.isBuffer(value) ? value.toString('base64') : value))];
    }
  }
}

/** What is to change of a run on its way in. */
export interface IncomingRun {
  readonly id: string;
  /** Ids that other runs of the same archive got, by those they had. */
  readonly renamed: ReadonlyMap<string, string>;
  /** Name of the file of a checkpoint in its new place, and of that of a search. */
  readonly fileOf: (checkpoint: IncomingCheckpoint) => string;
  readonly supernetOf: (supernet: IncomingSupernet) => string;
}

export interface IncomingSupernet {
  readonly search: number;
  readonly sha256: string;
}

export interface IncomingCheckpoint {
  readonly trialId: string;
  readonly trial: number;
  readonly kind: string;
  readonly epoch: number;
  readonly sha256: string;
}

/**
 * Writes records into an empty place of the newest schema, whose own rules (types, checks,
 * references) refuse what cannot be. Throws `store.conflict` on a record that is none. Belongs
 * inside a transaction.
 */
export function runRecordWriter(
  db: Connection,
  { id, renamed, fileOf, supernetOf }: IncomingRun,
): (record: unknown) => void {
  const insert = new Map(
    TABLES.map((table) => {
      const columns = [...keysOf(table), ...table.columns, ...derivedOf(table)];
      const sql = `INSERT INTO ${table.name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
      return [String(table.name), { table, statement: db.prepare<unknown[]>(sql) }] as const;
    }),
  );
  return (record) => {
    if (!Array.isArray(record)) throw conflict('A record is no list.');
    const [name, ...values] = record as readonly unknown[];
    const known = insert.get(String(name));
    if (known === undefined) throw conflict(`A record of "${String(name).slice(0, 40)}" is unknown.`);
    const { table, statement } = known;
    const given = recordRow(table.name, values);
    if (given === undefined) throw conflict(`A record of ${table.name} has ${values.length} values.`);
    const row = new Map([...given].map(([column, value]) => [column, plain(table, column, value)]));
    if (table.name === 'run') row.set('config', renameIn(String(row.get('config')), renamed));
    statement.run(
      ...keysOf(table).map((key) => keyOf(key, table, row)),
      ...table.columns.map((column) => row.get(column)),
      ...derivedOf(table).map((column) => derived(table, column, row)),
    );
  };

  function keyOf(key: string, table: Table, row: ReadonlyMap<string, Value | Buffer>): string {
    if (key === 'run_id' || (key === 'id' && table.name === 'run')) return id;
    return trialIdOf(id, Number(row.get(table.ofTrial ? 'trial' : 'number')));
  }

  function derived(table: Table, column: string, row: ReadonlyMap<string, Value | Buffer>): string {
    if (column === 'name_folded') return foldName(String(row.get('name')));
    if (column === 'tag_folded') return foldName(String(row.get('tag')));
    const sha256 = String(row.get('sha256'));
    if (table.name === 'supernet') return supernetOf({ search: Number(row.get('search')), sha256 });
    const trial = Number(row.get('trial'));
    const facts = { trial, kind: String(row.get('kind')), epoch: Number(row.get('epoch')) };
    return fileOf({ ...facts, trialId: trialIdOf(id, trial), sha256 });
  }
}

function plain(table: Table, column: string, value: unknown): Value | Buffer {
  if (typeof value !== 'string' && typeof value !== 'number' && value !== null) {
    throw conflict(`A record of ${table.name} has no plain value for ${column}.`);
  }
  return table.blobs?.includes(column) ? Buffer.from(String(value), 'base64') : value;
}

function keysOf({ name, ofTrial }: Table): readonly string[] {
  if (name === 'run') return ['id'];
  if (name === 'trial') return ['id', 'run_id'];
  return ofTrial ? ['trial_id'] : ['run_id'];
}

function derivedOf({ name }: Table): readonly string[] {
  const DERIVED: Readonly<Record<string, string>> = {
    run: 'name_folded',
    run_tag: 'tag_folded',
    checkpoint: 'file',
    supernet: 'file',
  };
  return DERIVED[name] === undefined ? [] : [DERIVED[name]];
}

/** Runs that a run learned from, or has its students from, may have got other ids with it.
 * Untouched, to the letter, where none has. */
function renameIn(config: string, renamed: ReadonlyMap<string, string>): string {
  if (renamed.size === 0) return config;
  const parsed: unknown = JSON.parse(config);
  if (typeof parsed !== 'object' || parsed === null) return config;
  const { transferFrom, studentsFrom, prior } = parsed as Readonly<Record<string, unknown>>;
  const next = (id: unknown): unknown => (typeof id === 'string' ? (renamed.get(id) ?? id) : id);
  const earlier: readonly unknown[] = Array.isArray(transferFrom) ? transferFrom : [];
  const isTouched = [...earlier, studentsFrom].some((id) => next(id) !== id);
  if (!isTouched) return config;
  const source = (one: unknown): unknown =>
    typeof one === 'object' && one !== null && 'source' in one ? { ...one, source: next(one.source) } : one;
  return JSON.stringify({
    ...parsed,
    ...(Array.isArray(transferFrom) && { transferFrom: transferFrom.map(next) }),
    ...(studentsFrom !== undefined && { studentsFrom: next(studentsFrom) }),
    ...(Array.isArray(prior) && { prior: prior.map(source) }),
  });
}

/** Students whose rows pass in one step: some tens of milliseconds of work. */
const STEP = 200;

/** Rows of the same schema from the attached database `incoming`: of the run itself, or of its
 * students from `:from` to before `:to`. */
function passing(table: Table): string {
  const columns = [...keysOf(table), ...table.columns, ...derivedOf(table)].join(', ');
  const numbers = 'run_id = :id AND number >= :from AND number < :to';
  const where = table.ofTrial
    ? `trial_id IN (SELECT id FROM incoming.trial WHERE ${numbers})`
    : table.name === 'trial'
      ? numbers
      : `${table.name === 'run' ? 'id' : 'run_id'} = :id`;
  const order = table.name === 'latency' ? ' ORDER BY number' : '';
  return (
    `INSERT INTO main.${table.name} (${columns}) SELECT ${columns} FROM incoming.${table.name} WHERE ` +
    `${where}${order}`
  );
}

/** Students of a run from a number on, to before another, whose rows `write` passes; none in the
 * first step. */
export interface PassingStep {
  readonly from: number;
  readonly to: number;
  readonly write: () => void;
}

/** Each step belongs inside a transaction; after the last one all of the run is here. */
export function* passRun(db: Connection, runId: string): Generator<PassingStep> {
  const isOfTrials = ({ name, ofTrial }: Table): boolean => name === 'trial' || ofTrial === true;
  const run = TABLES.filter((table) => !isOfTrials(table)).map((table) => db.prepare<[{ id: string }]>(passing(table)));
  const trials = TABLES.filter(isOfTrials).map((table) =>
    db.prepare<[{ id: string; from: number; to: number }]>(passing(table)),
  );
  const last = db
    .prepare<[string], number | null>('SELECT max(number) FROM incoming.trial WHERE run_id = ?')
    .pluck()
    .get(runId);
  yield { from: 0, to: 0, write: () => run.forEach((statement) => statement.run({ id: runId })) };
  for (let from = 0; from <= (last ?? -1); from += STEP) {
    const to = from + STEP;
    yield { from, to, write: () => trials.forEach((statement) => statement.run({ id: runId, from, to })) };
  }
}

export const testing = { recordColumns: (name: string) => tableOf(name)?.keys };
