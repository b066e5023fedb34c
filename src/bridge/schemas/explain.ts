/** Why a run went as it did, as it crosses the bridge; `core/strategies/explain.ts` says what each
 * part means. */
import type { Explanation } from '../../core/strategies/explain.ts';
import { z } from '../../core/records/zod.ts';

export type ExplanationView = Explanation;

/** Made by the host alone; of a long run it tells of every student, and looking into each takes
 * longer than sending them. */
export const explanationSchema = z.custom<ExplanationView>(
  (value) => typeof value === 'object' && value !== null,
  'expected an explanation',
);
