/** A table of recorded trials, checked row by row: the form `trade-replay/1` that other tools write. */
import { WorkbenchError } from '../errors.ts';
import type { Metrics, Objective } from '../objective.ts';
import type { Level } from '../space/space.ts';

export interface TableParameter {
  readonly name: string;
  readonly type: 'categorical' | 'ordinal';
  readonly values: readonly Level[];
}

export interface TableFamily {
  readonly name: string;
  readonly parameters: readonly TableParameter[];
  readonly rows: readonly { readonly levels: readonly Level[]; readonly metrics: Metrics }[];
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

/** Checks parsed JSON and gives it types. Throws `config.invalid` naming the file and the field at fault. */
export function parseTable(json: unknown, file = 'table'): RecordedTable {
  const at = (field: string, problem: string): WorkbenchError =>
    new WorkbenchError('config.invalid', `${file}: ${field} ${problem}`, { file, field });

  const record = (value: unknown, field: string): Readonly<Record<string, unknown>> => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw at(field, 'must be an object');
    return value as Readonly<Record<string, unknown>>; // just checked: an object, and JSON's keys are strings
  };
  const list = (value: unknown, field: string): readonly unknown[] => {
    if (!Array.isArray(value)) throw at(field, 'must be a list');
    return value;
  };
  const text = (value: unknown, field: string): string => {
    if (typeof value !== 'string' || value === '') throw at(field, 'must be a non-empty string');
    return value;
  };
  const number = (value: unknown, field: string): number => {
    const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    const written = typeof value === 'string' && ['NaN', 'Infinity', '-Infinity'].includes(value);
    if (typeof parsed !== 'number' || (Number.isNaN(parsed) && !written))
      throw at(field, `must be a number, not ${JSON.stringify(value)}`);
    return parsed;
  };
  const isLevel = (value: unknown): value is Level => ['string', 'number', 'boolean'].includes(typeof value);

  const root = record(json, 'the file');
  if (root['format'] !== FORMAT) throw at('format', `must be '${FORMAT}'`);
  const metrics = list(root['metrics'], 'metrics').map((value, i) => text(value, `metrics[${i}]`));
  const objectives = list(root['objectives'], 'objectives').map((value, i): Objective => {
    const field = `objectives[${i}]`;
    const { metric, goal, known = false } = record(value, field);
    const name = text(metric, `${field}.metric`);
    if (!metrics.includes(name)) throw at(`${field}.metric`, `names '${name}', which is not among the metrics`);
    if (goal !== 'maximize' && goal !== 'minimize') throw at(`${field}.goal`, `must be 'maximize' or 'minimize'`);
    if (typeof known !== 'boolean') throw at(`${field}.known`, 'must be true or false');
    return { metric: name, goal, known };
  });
  if (objectives.length === 0) throw at('objectives', 'must name at least one');
  const reference = Object.fromEntries(
    Object.entries(record(root['reference'], 'reference')).map(([name, value]) => [
      name,
      number(value, `reference.${name}`),
    ]),
  );
  for (const { metric } of objectives) {
    if (reference[metric] === undefined) throw at('reference', `has no value for the objective '${metric}'`);
  }

  const families = list(root['families'], 'families').map((value, f): TableFamily => {
    const family = record(value, `families[${f}]`);
    const name = text(family['name'], `families[${f}].name`);
    const parameters = list(family['parameters'], `families[${f}].parameters`).map((item, p): TableParameter => {
      const field = `families[${f}].parameters[${p}]`;
      const parameter = record(item, field);
      const { type } = parameter;
      if (type !== 'categorical' && type !== 'ordinal') throw at(`${field}.type`, `must be 'categorical' or 'ordinal'`);
      const values = list(parameter['values'], `${field}.values`);
      if (!values.every(isLevel) || values.length === 0)
        throw at(`${field}.values`, 'must be strings, numbers or booleans');
      return { name: text(parameter['name'], `${field}.name`), type, values };
    });
    const levelsOf = parameters.map(({ values }) => new Map(values.map((level) => [String(level), level])));
    const seen = new Set<string>();
    const rows = list(family['rows'], `families[${f}].rows`).map((item, r) => {
      const field = `families[${f}].rows[${r}]`;
      const cells = list(item, field);
      const width = parameters.length + metrics.length;
      if (cells.length !== width)
        throw at(field, `has ${cells.length} columns instead of ${width} (parameters, then metrics)`);
      const levels = parameters.map((parameter, p) => {
        const level = levelsOf[p]?.get(String(cells[p]));
        if (level === undefined)
          throw at(field, `has ${parameter.name} = ${JSON.stringify(cells[p])}, outside its values`);
        return level;
      });
      const key = JSON.stringify(levels);
      if (seen.has(key)) throw at(field, 'repeats the parameters of an earlier row');
      seen.add(key);
      const values = metrics.map(
        (metric, m) => [metric, number(cells[parameters.length + m], `${field} (${metric})`)] as const,
      );
      return { levels, metrics: Object.fromEntries(values) };
    });
    return { name, parameters, rows };
  });
  if (families.every(({ rows }) => rows.length === 0)) throw at('families', 'hold no rows');
  return {
    name: text(root['name'], 'name'),
    source: String(root['source'] ?? ''),
    licence: String(root['licence'] ?? ''),
    metrics,
    objectives,
    reference,
    complete: root['complete'] === true,
    families,
  };
}
