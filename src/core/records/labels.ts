/** What people write onto a run or a student. */
import { z } from './zod.ts';

/** One line, as it is shown. */
export const tagSchema = z
  .string()
  .trim()
  .min(1, 'a tag needs a letter')
  .max(40, 'at most 40 letters')
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp},]*$/u, 'one line, and no comma');

/** Markdown. */
export const noteSchema = z.string().max(100_000);
