/** A table of recorded trials, checked row by row: the form `trade-replay/1` that other tools
 * write. */
import { WorkbenchError } from '../errors.ts';
import type { Metrics, Objective } from '../objective.ts';
import type { Level } from '../space/space.ts';

export interface TableParameter {
  readonly name: string;
  readonly type: 'categorical' | 'ordinal';
  readonly values: readonly Level[];
}

export interface TableRow {
  readonly levels: readonly Level[];
  readonly metrics: Metrics;
}

export interface TableFamily {
  readonly name: string;
  readonly parameters: readonly TableParameter[];
  readonly rows: readonly TableRow[];
}

export interface RecordedTable {
  readonly name: string;
  readonly source: string;
  readonly licence: string;
  readonly metrics: readonly string[];
  readonly objectives: readonly Objective[];
  readonly reference: Readonly<Record<string, number>>;
  readonly complete: boolean;
  readonly families: readonly TableFamily[];
}

const FORMAT = 'trade-replay/1';

/** Looks at one file's parsed JSON; what is not as it should be is an error that names the file and
 * the field. */
class Reader {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  fault(field: string, problem: string): WorkbenchError {
    const file = this.#file;
    return new WorkbenchError('config.invalid', `${file}: ${field} ${problem}`, { file, field });
  }

  record(value: unknown, field: string): Readonly<Record<string, unknown>> {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw this.fault(field, 'must be an object');
    return value as Readonly<Record<string, unknown>>; // just checked: an object, and JSON's keys are strings
  }

  list(value: unknown, field: string): readonly unknown[] {
    if (!Array.isArray(value)) throw this.fault(field, 'must be a list');
    return value;
  }

  text(value: unknown, field: string): string {
    if (typeof value !== 'string' || value === '') throw this.fault(field, 'must be a non-empty string');
    return value;
  }

  /** What is written twice could not be told apart. */
  distinct(values: readonly Level[], field: string): void {
    const seen = new Set<string>();
    for (const value of values) {
      if (seen.has(String(value))) throw this.fault(field, `has ${JSON.stringify(value)} twice`);
      seen.add(String(value));
    }
  }

  /** A number or the text of one; NaN and infinities by name. */
  number(value: unknown, field: string): number {
    if (typeof value === 'number') return value;
    const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;
    if (Number.isNaN(parsed) && value !== 'NaN')
      throw this.fault(field, `must be a number, not ${JSON.stringify(value)}`);
    return parsed;
  }
}

const isLevel = (value: unknown): value is Level => ['string', 'number', 'boolean'].includes(typeof value);

/** Checks parsed JSON and gives it types. Throws `config.invalid` naming the file and the field at
 * fault. */
export function parseTable(json: unknown, file = 'table'): RecordedTable {
  const reader = new Reader(file);
  const root = reader.record(json, 'the file');
  if (root['format'] !== FORMAT) throw reader.fault('format', `must be '${FORMAT}'`);
  const metrics = reader.list(root['metrics'], 'metrics').map((value, i) => reader.text(value, `metrics[${i}]`));
  reader.distinct(metrics, 'metrics');
  const objectives = readObjectives(reader, root['objectives'], metrics);
  const { complete = false } = root;
  if (typeof complete !== 'boolean') throw reader.fault('complete', 'must be true or false');
  const families = reader
    .list(root['families'], 'families')
    .map((value, f) => readFamily(reader, value, `families[${f}]`, metrics));
  if (families.every(({ rows }) => rows.length === 0)) throw reader.fault('families', 'hold no rows');
  reader.distinct(
    families.map(({ name }) => name),
    'families',
  );
  return {
    name: reader.text(root['name'], 'name'),
    source: String(root['source'] ?? ''),
    licence: String(root['licence'] ?? ''),
    metrics,
    objectives,
    reference: readReference(reader, root['reference'], objectives),
    complete,
    families,
  };
}

function readObjectives(reader: Reader, value: unknown, metrics: readonly string[]): readonly Objective[] {
  const objectives = reader.list(value, 'objectives').map((item, i): Objective => {
    const field = `objectives[${i}]`;
    const { metric, goal, known = false } = reader.record(item, field);
    const name = reader.text(metric, `${field}.metric`);
    if (!metrics.includes(name))
      throw reader.fault(`${field}.metric`, `names '${name}', which is not among the metrics`);
    if (goal !== 'maximize' && goal !== 'minimize')
      throw reader.fault(`${field}.goal`, `must be 'maximize' or 'minimize'`);
    if (typeof known !== 'boolean') throw reader.fault(`${field}.known`, 'must be true or false');
    return { metric: name, goal, known };
  });
  if (objectives.length === 0) throw reader.fault('objectives', 'must name at least one');
  reader.distinct(
    objectives.map(({ metric }) => metric),
    'objectives',
  );
  return objectives;
}

function readReference(reader: Reader, value: unknown, objectives: readonly Objective[]): RecordedTable['reference'] {
  const entries = Object.entries(reader.record(value, 'reference'));
  const reference = Object.fromEntries(entries.map(([name, item]) => [name, reader.number(item, `reference.${name}`)]));
  for (const { metric } of objectives) {
    const value = reference[metric];
    if (value === undefined) throw reader.fault('reference', `has no value for the objective '${metric}'`);
    if (!Number.isFinite(value)) throw reader.fault(`reference.${metric}`, `must be finite, not ${value}`);
  }
  return reference;
}

function readFamily(reader: Reader, value: unknown, field: string, metrics: readonly string[]): TableFamily {
  const family = reader.record(value, field);
  const parameters = reader
    .list(family['parameters'], `${field}.parameters`)
    .map((item, p) => readParameter(reader, item, `${field}.parameters[${p}]`));
  reader.distinct(
    parameters.map((parameter) => parameter.name),
    `${field}.parameters`,
  );
  const seen = new Set<string>();
  const rows = reader.list(family['rows'], `${field}.rows`).map((item, r) => {
    const row = readRow(reader, item, `${field}.rows[${r}]`, parameters, metrics);
    const key = JSON.stringify(row.levels);
    if (seen.has(key)) throw reader.fault(`${field}.rows[${r}]`, 'repeats the parameters of an earlier row');
    seen.add(key);
    return row;
  });
  return { name: reader.text(family['name'], `${field}.name`), parameters, rows };
}

function readParameter(reader: Reader, value: unknown, field: string): TableParameter {
  const { name, type, values } = reader.record(value, field);
  if (type !== 'categorical' && type !== 'ordinal')
    throw reader.fault(`${field}.type`, `must be 'categorical' or 'ordinal'`);
  const levels = reader.list(values, `${field}.values`);
  if (!levels.every(isLevel) || levels.length === 0)
    throw reader.fault(`${field}.values`, 'must be strings, numbers or booleans');
  reader.distinct(levels, `${field}.values`);
  return { name: reader.text(name, `${field}.name`), type, values: levels };
}

/** Levels may be written as text or as numbers, whichever way the parameter lists them. */
function readRow(
  reader: Reader,
  value: unknown,
  field: string,
  parameters: readonly TableParameter[],
  metrics: readonly string[],
): TableRow {
  const cells = reader.list(value, field);
  const width = parameters.length + metrics.length;
  if (cells.length !== width) {
    throw reader.fault(field, `has ${cells.length} columns instead of ${width} (parameters, then metrics)`);
  }
  const levels = parameters.map(({ name, values }, p) => {
    const level = values.find((one) => String(one) === String(cells[p]));
    if (level === undefined) throw reader.fault(field, `has ${name} = ${JSON.stringify(cells[p])}, outside its values`);
    return level;
  });
  const entries = metrics.map(
    (metric, m) => [metric, reader.number(cells[parameters.length + m], `${field} (${metric})`)] as const,
  );
  return { levels, metrics: Object.fromEntries(entries) };
}
