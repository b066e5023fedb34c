/** What the schema says against an input, field by field, in words that say what to enter. */
import type { z } from '../../core/records/zod.ts';
import type { ParsedSearchInput, SearchInput } from '../../bridge/schemas/records.ts';
import { searchInputSchema } from '../../bridge/schemas/records.ts';
import { numberWords } from './typed-number.ts';

export interface CheckedInput {
  /** As it goes to the host; undefined while anything is wrong. */
  readonly input?: SearchInput;
  readonly parsed?: ParsedSearchInput;
  /** By path of the field; the first fault of each. */
  readonly faults: ReadonlyMap<string, string>;
}

export function checkInput(input: unknown): CheckedInput {
  const result = searchInputSchema.safeParse(input);
  // Sound: the schema has just accepted it.
  if (result.success) return { input: input as SearchInput, parsed: result.data, faults: new Map() };
  return { faults: faultsOf(result.error, input) };
}

/** By path of the field; the first fault of each. `input`: what was looked at, for words about what
 * was typed. */
export function faultsOf({ issues }: z.ZodError, input?: unknown): ReadonlyMap<string, string> {
  const faults = new Map<string, string>();
  for (const issue of issues) {
    // The place in a list says nothing to a form: the list is one field.
    const path = issue.path.filter((key) => typeof key === 'string').join('.');
    if (!faults.has(path)) faults.set(path, faultWords(issue, valueAt(input, issue.path)));
  }
  return faults;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (node, key) => (typeof node === 'object' && node !== null ? Reflect.get(node, key) : undefined),
    input,
  );
}

/** `value`: what stands there. */
function faultWords(issue: z.core.$ZodIssue, value?: unknown): string {
  const text = (value: number | bigint): string => value.toLocaleString('en-US', { maximumFractionDigits: 6 });
  switch (issue.code) {
    case 'invalid_type':
      if (issue.expected === 'record') return 'Write resnet.width2: 16, 24, 32; vit.blocks: 2, 4.';
      return issue.expected === 'int'
        ? 'Enter a whole number.'
        : issue.expected === 'number'
          ? numberWords(value)
          : 'Fill this in.';
    case 'too_small':
      if (issue.origin === 'string') return 'Fill this in.';
      if (issue.origin === 'array')
        return Number(issue.minimum) === 1 ? 'Choose at least one.' : `Choose at least ${text(issue.minimum)}.`;
      return issue.inclusive === false
        ? `Enter more than ${text(issue.minimum)}.`
        : `Enter ${text(issue.minimum)} or more.`;
    case 'too_big':
      if (issue.origin === 'string') return `Use at most ${text(issue.maximum)} characters.`;
      if (issue.origin === 'array') return `Choose at most ${text(issue.maximum)}.`;
      return issue.inclusive === false
        ? `Enter less than ${text(issue.maximum)}.`
        : `Enter ${text(issue.maximum)} or less.`;
    case 'invalid_value':
      return `Choose one of ${issue.values.map(String).join(', ')}.`;
    case 'unrecognized_keys':
      return `Unknown: ${issue.keys.join(', ')}.`;
    default:
      return issue.message;
  }
}
