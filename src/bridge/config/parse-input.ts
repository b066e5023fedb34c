/** Input of a schema from wherever it comes, with its defaults filled in. */
import type { z } from '../../core/records/zod.ts';
import { invalid } from '../../core/errors.ts';

/** Throws `config.invalid`, naming the first field at fault, as a call over the bridge does. */
export function parseInput<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(issue?.path.map(String).join('.') ?? '', issue?.message ?? 'it is not valid');
}
