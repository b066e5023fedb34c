/** zod as every schema takes it: its first object parse tries `eval`, which the content security
 * policy refuses. */
import { z } from 'zod';

z.config({ jitless: true });

export { z };

/**
 * For inputs: an array that is read only by its type. zod's own `.readonly()` freezes what it was
 * given even where it refuses it, and throws at a typed array, which a page may send.
 */
export function readonlyInput<T extends z.ZodType>(
  schema: z.ZodArray<T>,
): z.ZodType<readonly z.output<T>[], readonly z.input<T>[]> {
  return schema;
}
