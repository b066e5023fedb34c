/** Why a run went as it did, as it crosses the bridge; `core/strategies/explain.ts` says what each part means. */
import type { Explanation } from '../core/strategies/explain.ts';
import { z } from './zod.ts';

/** Numbers that may be NaN or infinite: z.number() refuses both. */
const anyNumber = z.custom<number>((value) => typeof value === 'number', 'expected a number');
const count = z.int().min(0);
const list = <T extends z.ZodType>(item: T) => z.array(item).readonly();

const familyAccountSchema = z.strictObject({
  family: z.string(),
  proposed: count,
  told: count,
  failed: count,
  sources: z.record(z.string(), count),
  best: anyNumber.optional(),
  expectedGain: anyNumber.optional(),
  front: count,
  share: anyNumber,
  last: count.optional(),
});

const calibrationSchema = z.strictObject({
  count,
  coverage: list(z.strictObject({ level: anyNumber, share: anyNumber })),
  bias: anyNumber,
  spread: anyNumber,
  logScore: anyNumber,
  rankCorrelation: anyNumber,
});

const regionsAfterSchema = z.strictObject({
  trial: count,
  regions: list(
    z.strictObject({
      id: count,
      family: z.string(),
      centre: count,
      radius: z.string(),
      successes: count,
      failures: count,
    }),
  ),
  own: z.strictObject({ region: count, success: z.boolean() }).optional(),
  ended: list(count),
  opened: list(count),
  recentred: list(count),
});

export const explanationSchema = z.strictObject({
  families: list(familyAccountSchema),
  globalShare: anyNumber.optional(),
  predictions: list(
    z.strictObject({ trial: count, family: z.string(), mean: anyNumber, deviation: anyNumber, outcome: anyNumber }),
  ),
  calibration: calibrationSchema.optional(),
  calibrations: list(z.strictObject({ family: z.string(), calibration: calibrationSchema })),
  regions: list(regionsAfterSchema),
  leftOut: z.strictObject({ count, logScore: anyNumber, unaided: anyNumber }).optional(),
});

export type ExplanationView = z.output<typeof explanationSchema>;

type Mutual<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
const inStep: Mutual<ExplanationView, Explanation> = true;
void inStep;
