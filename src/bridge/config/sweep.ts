/**
 * A sweep: one search for every combination of the values that some of its fields are to have. All
 * of it is worked out, and checked, before a run is made.
 */
import { WorkbenchError } from '../../core/errors.ts';
import { MOST_QUEUED } from '../schemas/queue.ts';
import type { ParsedSearchInput, SearchInput } from '../schemas/records.ts';
import { parseSearch } from './parse-config.ts';

/** A field, by its path in the configuration, and the values that it is to have. */
export interface Axis {
  readonly field: string;
  readonly values: readonly unknown[];
}

/** What people call shorter. */
const SHORT: Readonly<Record<string, string>> = { strategy: 'strategy.id', loss: 'recipe.distillation.loss' };
/** Fields by which those beside them change: what the search says there belongs to the value that
 * it says. */
const DECIDES = ['strategy.id', 'recipe.distillation.loss'] as const;
const LONGEST_NAME = 120;

/**
 * `seed=1..5`, `strategy=trade,random`, `recipe.learningRate=0.03,0.06`: values by commas, whole
 * numbers from one to another by two dots, JSON where a value is no word. Throws `usage.invalid`.
 */
export function axisOf(text: string): Axis {
  const [, name = '', values = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  if (name.trim() === '') throw refusal(`"${text}": write a field and its values, as seed=1..5.`);
  return { field: SHORT[name.trim()] ?? name.trim(), values: valuesOf(values, name.trim()) };
}

/** `name`: of the field, for words. Throws `usage.invalid`. */
export function valuesOf(text: string, name: string): readonly unknown[] {
  const list = jsonOf(`[${text}]`);
  if (Array.isArray(list)) return list;
  return text.split(',').flatMap((part) => {
    const word = part.trim();
    const [, from, to] = /^(\d{1,9})\.\.(\d{1,9})$/.exec(word) ?? [];
    if (from === undefined) return [jsonOf(word) ?? word];
    const count = Number(to) - Number(from) + 1;
    if (count < 1) throw refusal(`${name}: ${word} has no number in it.`);
    if (count > MOST_QUEUED) throw tooMany(count);
    return Array.from({ length: count }, (_, index) => Number(from) + index);
  });
}

/**
 * The searches, the last axis the fastest. Throws `usage.invalid` for a sweep of nothing, of too
 * many or of a field twice, and `config.invalid` that names the run for values that are none of its
 * field or exclude each other.
 */
export function sweepOf(base: SearchInput, axes: readonly Axis[]): readonly ParsedSearchInput[] {
  if (axes.length === 0) throw refusal('Say what varies, as seed=1..5: a sweep of nothing is one search.');
  for (const { field, values } of axes) {
    if (values.length === 0 || values.includes('')) throw refusal(`${field}: one of its values is missing.`);
    const written = values.map((value) => JSON.stringify(value));
    const twice = written.find((value, index) => written.indexOf(value) < index);
    if (twice !== undefined) throw refusal(`${field}: ${twice} stands there twice.`);
    const same = axes.find((other) => other.field !== field && `${other.field}.`.startsWith(`${field}.`));
    if (same) throw refusal(`${field} and ${same.field} cannot both vary: the one is within the other.`);
  }
  if (new Set(axes.map(({ field }) => field)).size < axes.length) throw refusal('A field stands there twice.');
  const count = axes.reduce((product, { values }) => product * values.length, 1);
  if (count > MOST_QUEUED) throw tooMany(count);
  return combinations(axes).map((values, index) => {
    const input = inputWith(base, axes, values);
    try {
      return parseSearch(input);
    } catch (error) {
      throw ofRun(error, { index, count, name: input.name });
    }
  });
}

/** A fault of one of several runs, with its place among them (`index` from 0) and its name; what is
 * no word for people stays as it is. */
export function ofRun(
  error: unknown,
  { index, count, name }: { readonly index: number; readonly count: number; readonly name: string },
): unknown {
  if (!(error instanceof WorkbenchError)) return error;
  const words = `Run ${index + 1} of ${count}, "${name}": ${error.message}`;
  return new WorkbenchError(error.code, words, error.place, { cause: error });
}

const combinations = (axes: readonly Axis[]): readonly (readonly unknown[])[] =>
  axes.reduce<readonly (readonly unknown[])[]>(
    (rows, { values }) => rows.flatMap((row) => values.map((value) => [...row, value])),
    [[]],
  );

function inputWith(base: SearchInput, axes: readonly Axis[], values: readonly unknown[]): SearchInput {
  const settings = axes.map(({ field }, index) => ({ field, value: values[index] }));
  const isFirst = ({ field }: { readonly field: string }): boolean => DECIDES.some((one) => one === field);
  // What decides comes first: it clears what stands beside it.
  const ordered = [...settings.filter(isFirst), ...settings.filter((one) => !isFirst(one))];
  const changed = ordered.reduce<Plain>((input, { field, value }) => withField(input, field, value), { ...base });
  const words = settings.map(({ field, value }) => nameOf(field, value)).join(' · ');
  const room = Math.max(1, LONGEST_NAME - words.length - 3);
  const name = `${base.name.slice(0, room).trim()} · ${words}`.slice(0, LONGEST_NAME);
  // Unsound as a type, and parsed by its schema before anything is done with it.
  return { ...changed, name } as unknown as SearchInput;
}

type Plain = Readonly<Record<string, unknown>>;

function withField(input: Plain, field: string, value: unknown): Plain {
  const path = field.split('.');
  if (!DECIDES.some((one) => one === field) || Object.is(valueAt(input, path), value)) return put(input, path, value);
  const [key = '', ...above] = path.toReversed();
  return put(input, above.toReversed(), { [key]: value });
}

function put(input: Plain, [key = '', ...rest]: readonly string[], value: unknown): Plain {
  return { ...input, [key]: rest.length === 0 ? value : put(plainOf(input[key]), rest, value) };
}

const valueAt = (input: Plain, path: readonly string[]): unknown =>
  path.reduce<unknown>((node, key) => plainOf(node)[key], input);

const plainOf = (value: unknown): Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};

/** `seed 3`, `trade`: of a strategy its name says enough. */
function nameOf(field: string, value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return DECIDES.some((one) => one === field) ? text : `${field.split('.').at(-1) ?? field} ${text}`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const refusal = (words: string): WorkbenchError => new WorkbenchError('usage.invalid', words);

const tooMany = (count: number): WorkbenchError =>
  refusal(`That would be ${count.toLocaleString('en-US')} runs; ${MOST_QUEUED} are made in one go at most.`);
