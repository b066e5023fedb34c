/** A search as people write it, from text or from a parsed file, into its typed form with every
 * default filled in. */
import { z } from '../../core/records/zod.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { nearestWord } from '../words/nearest-word.ts';
import { assertPlain, parsePlain } from '../plain-value.ts';
import { searchInputSchema } from '../schemas/records.ts';
import type { ParsedSearchInput } from '../schemas/records.ts';

/** The same schema for editors: completion and checking while a config file is written. */
function searchJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(searchInputSchema, { io: 'input', target: 'draft-2020-12' });
}

/** Throws `config.invalid` that names the first fault with its field, and `file` where one is
 * given. */
export function parseSearch(value: unknown, file?: string): ParsedSearchInput {
  assertPlain(value, file);
  const parsed = searchInputSchema.safeParse(withSpace(value), { reportInput: true });
  if (parsed.success) return parsed.data;
  // Unknown keys first: a misspelled key is the reason why the right one is missing.
  const issues = [...parsed.error.issues].sort((left, right) => rankOf(left) - rankOf(right));
  const issue = issues[0];
  const { field, problem } = issue ? describe(issue) : { field: '', problem: 'it is not valid.' };
  const more = issues.length > 1 ? ` (And ${issues.length - 1} more.)` : '';
  const place = file === undefined ? '' : `${file}: `;
  throw new WorkbenchError('config.invalid', `${place}${problem}${more}`, { file, field: field || undefined });
}

/** Given students without a space were written down when there was one alone. */
const withSpace = (value: unknown): unknown =>
  isRecord(value) && Object.hasOwn(value, 'students') && !Object.hasOwn(value, 'space')
    ? { ...value, space: 'compact' }
    : value;

/** Throws `config.invalid` for text that is no JSON, too. */
export const parseSearchText = (text: string, file?: string): ParsedSearchInput =>
  parseSearch(parsePlain(text, file), file);

type Issue = z.core.$ZodIssue;

const rankOf = (issue: Issue): number => (issue.code === 'unrecognized_keys' ? 0 : 1);

function describe(issue: Issue): { readonly field: string; readonly problem: string } {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? '';
    const meant = nearestWord(key, keysAt(issue.path));
    const hint = meant === undefined ? `known here are ${keysAt(issue.path).join(', ')}.` : `did you mean "${meant}"?`;
    const field = [...path, key].join('.');
    const inside = path.length === 0 ? '' : ` in ${path.join('.')}`;
    return { field, problem: `unknown key "${key}"${inside}: ${hint}` };
  }
  const field = path.join('.');
  const given = issue.input === undefined ? '' : `, but it is ${short(issue.input)}`;
  return { field, problem: `${field === '' ? 'the search' : field}: ${lowerFirst(issue.message)}${given}.` };
}

/** Keys that the schema knows at a path. */
function keysAt(path: readonly PropertyKey[]): readonly string[] {
  let node: unknown = searchJsonSchema();
  for (const step of path) {
    node = propertiesOf(node)[String(step)];
  }
  return Object.keys(propertiesOf(node)).filter((key) => key !== '$schema');
}

/** Of all variants together, where there are any. */
function propertiesOf(node: unknown): Readonly<Record<string, unknown>> {
  if (!isRecord(node)) return {};
  if (Array.isArray(node['oneOf'])) return Object.assign({}, ...node['oneOf'].map(propertiesOf));
  return isRecord(node['properties']) ? node['properties'] : {};
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

export const testing = { searchJsonSchema };
