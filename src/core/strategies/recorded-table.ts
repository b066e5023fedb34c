/** A table of recorded trials, checked row by row: the form `trade-replay/1` that other tools
 * write. */
import { WorkbenchError } from '../errors.ts';
import type { Metrics } from '../objective.ts';
import { z } from '../records/zod.ts';
import type { RecordOf } from '../records/zod.ts';
import type { Level } from '../space/space.ts';

const FORMAT = 'trade-replay/1';

const text = z.string('must be a non-empty string').min(1, 'must be a non-empty string');
const yesOrNo = z.boolean('must be true or false').default(false);
const oneOf = <const V extends readonly [string, string]>(values: V) =>
  z.enum(values, `must be '${values[0]}' or '${values[1]}'`);
const listOf = <T extends z.ZodType>(item: T) => z.array(item, 'must be a list');
const record = <S extends z.core.$ZodShape>(shape: S) => z.object(shape, 'must be an object');

/** What is written twice could not be told apart. */
const distinct = <T, I>(list: z.ZodType<readonly T[], I>, nameOf: (item: T) => Level) =>
  list.superRefine((items, context) => {
    const names = items.map((item) => String(nameOf(item)));
    const again = items.find((_, i) => names.indexOf(names[i]!) < i);
    if (again !== undefined) context.addIssue(`has ${JSON.stringify(nameOf(again))} twice`);
  });

const isLevel = (value: unknown): value is Level => ['string', 'number', 'boolean'].includes(typeof value);

const levels = z.custom<Level[]>(
  (values) => Array.isArray(values) && values.length > 0 && values.every(isLevel),
  'must be strings, numbers or booleans',
);

const parameter = record({
  name: text,
  type: oneOf(['categorical', 'ordinal']),
  values: distinct(listOf(z.unknown()).pipe(levels), (level) => level),
});

const epochCount = z.int('must be a whole number').min(1, 'must be 1 at least');

const written = z
  .unknown()
  .default('')
  .transform((value) => String(value ?? ''));

const tableSchema = record({
  format: z.literal(FORMAT, `must be '${FORMAT}'`),
  name: text,
  source: written,
  licence: written,
  metrics: distinct(listOf(text), (metric) => metric),
  objectives: distinct(
    listOf(record({ metric: text, goal: oneOf(['maximize', 'minimize']), known: yesOrNo })).min(
      1,
      'must name at least one',
    ),
    ({ metric }) => metric,
  ),
  reference: z.record(z.string(), z.unknown(), 'must be an object'),
  complete: yesOrNo,
  /** Of a whole training. */
  epochs: epochCount.optional(),
  /** Shorter trainings that are recorded: `own`, a whole short schedule; `part`, the whole one
   * stopped there. */
  legs: listOf(record({ epochs: epochCount, schedule: oneOf(['own', 'part']), metric: text })).optional(),
  families: distinct(
    listOf(
      record({
        name: text,
        parameters: distinct(listOf(parameter), ({ name }) => name),
        /** Levels, as text or as numbers, and then metrics. */
        rows: listOf(listOf(z.unknown())),
      }),
    ),
    ({ name }) => name,
  ),
});

type WrittenTable = RecordOf<typeof tableSchema>;
type WrittenFamily = WrittenTable['families'][number];

export interface TableRow {
  readonly levels: readonly Level[];
  readonly metrics: Metrics;
}

export interface TableFamily extends Omit<WrittenFamily, 'rows'> {
  readonly rows: readonly TableRow[];
}

export interface RecordedTable extends Omit<WrittenTable, 'format' | 'reference' | 'families'> {
  readonly reference: Readonly<Record<string, number>>;
  readonly families: readonly TableFamily[];
}

/** Something that is not as it should be, in a field of the file. */
type Fault = (field: string, problem: string) => WorkbenchError;

/** Checks parsed JSON and gives it types. Throws `config.invalid` naming the file and the field at
 * fault. */
export function parseTable(json: unknown, file = 'table'): RecordedTable {
  const fault: Fault = (field, problem) =>
    new WorkbenchError('config.invalid', `${file}: ${field} ${problem}`, { file, field });
  const parsed = tableSchema.safeParse(json);
  if (!parsed.success) {
    const { path = [], message = 'is not valid' } = parsed.error.issues[0] ?? {};
    throw fault(fieldOf(path), message);
  }
  const { format: _, families, reference: given, ...table } = parsed.data;
  const entries = Object.entries(given).map(([name, item]) => [name, numberOf(item, `reference.${name}`, fault)]);
  const reference: RecordedTable['reference'] = Object.fromEntries(entries);
  for (const [i, { metric }] of table.objectives.entries()) {
    if (!table.metrics.includes(metric))
      throw fault(`objectives[${i}].metric`, `names '${metric}', which is not among the metrics`);
    const value = reference[metric];
    if (value === undefined) throw fault('reference', `has no value for the objective '${metric}'`);
    if (!Number.isFinite(value)) throw fault(`reference.${metric}`, `must be finite, not ${value}`);
  }
  checkLegs(parsed.data, fault);
  if (families.every(({ rows }) => rows.length === 0)) throw fault('families', 'hold no rows');
  return {
    ...table,
    reference,
    families: families.map((family, f) => ({ ...family, rows: readRows(family, table.metrics, f, fault) })),
  };
}

/** Of two that are alike nobody could say which one was asked for. */
function checkLegs({ metrics, epochs, legs = [] }: WrittenTable, fault: Fault): void {
  if (legs.length > 0 && epochs === undefined) throw fault('epochs', 'must say how long a whole training is');
  for (const [i, { epochs: until, schedule, metric }] of legs.entries()) {
    if (until >= (epochs ?? 0)) {
      throw fault(`legs[${i}].epochs`, `must be below the ${epochs} epochs of a whole training, not ${until}`);
    }
    if (!metrics.includes(metric))
      throw fault(`legs[${i}].metric`, `names '${metric}', which is not among the metrics`);
    if (legs.findIndex((one) => one.epochs === until && one.schedule === schedule) < i) {
      throw fault(`legs[${i}]`, `has ${until} epochs of schedule '${schedule}' twice`);
    }
  }
}

/** `families[0].rows[2]` */
const fieldOf = (path: readonly PropertyKey[]): string =>
  path.map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i > 0 ? '.' : ''}${String(part)}`)).join('') ||
  'the file';

function readRows(family: WrittenFamily, metrics: readonly string[], f: number, fault: Fault): readonly TableRow[] {
  const seen = new Set<string>();
  return family.rows.map((cells, r) => {
    const field = `families[${f}].rows[${r}]`;
    const row = readRow(cells, field, family.parameters, metrics, fault);
    const key = JSON.stringify(row.levels);
    if (seen.has(key)) throw fault(field, 'repeats the parameters of an earlier row');
    seen.add(key);
    return row;
  });
}

function readRow(
  cells: readonly unknown[],
  field: string,
  parameters: WrittenFamily['parameters'],
  metrics: readonly string[],
  fault: Fault,
): TableRow {
  const width = parameters.length + metrics.length;
  if (cells.length !== width) {
    throw fault(field, `has ${cells.length} columns instead of ${width} (parameters, then metrics)`);
  }
  const levelsOfRow = parameters.map(({ name, values }, p) => {
    const level = values.find((one) => String(one) === String(cells[p]));
    if (level === undefined) throw fault(field, `has ${name} = ${JSON.stringify(cells[p])}, outside its values`);
    return level;
  });
  const entries = metrics.map(
    (metric, m) => [metric, numberOf(cells[parameters.length + m], `${field} (${metric})`, fault)] as const,
  );
  return { levels: levelsOfRow, metrics: Object.fromEntries(entries) };
}

/** A number or the text of one; NaN and infinities by name. */
function numberOf(value: unknown, field: string, fault: Fault): number {
  if (typeof value === 'number') return value;
  const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;
  if (Number.isNaN(parsed) && value !== 'NaN') throw fault(field, `must be a number, not ${JSON.stringify(value)}`);
  return parsed;
}
