/** Rows of a run by their columns, in the order of its records: what each may hold, in the store
 * and in somebody's archive. */
import { latencySettingSchema } from '../../core/latency.ts';
import { noteSchema, tagSchema } from '../../core/records/labels.ts';
import { runSourcesSchema } from '../../core/records/sources.ts';
import { count, hash, z } from '../../core/records/zod.ts';
import { NUMBER_WORDS } from '../../core/written-numbers.ts';
import { readJson } from '../numbers.ts';

/** Of one line of JSON in a column: the log of an ask of thousands is smaller. */
const MOST_JSON = 64 << 20;
/** A trainer's last words stand in a reason. */
const text = z.string().max(100_000);
const label = z.string().max(1000);
const seconds = z.number().min(0);
/** As the store writes numbers that SQLite loses. */
const written = z.union([z.number(), z.enum(NUMBER_WORDS)]);
const time = z
  .string()
  .max(40)
  .refine((text) => /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text)), 'expected a time');
const json = z.string().max(MOST_JSON);

/** As far as its reader takes for granted; what it says is looked at later. */
function isConfig(text: string): boolean {
  const shape = z.looseObject({ recipe: z.looseObject({ augmentation: z.looseObject({}) }) });
  try {
    return shape.safeParse(readJson(text)).success;
  } catch {
    return false;
  }
}

function isSources(text: string): boolean {
  try {
    return runSourcesSchema.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}

/** What SQLite's own columns keep is written as it stands; JSON is looked at below, by what it
 * means. */
export const RECORD_ROWS = {
  run: {
    name: z.string().min(1).max(200),
    state: z.string(),
    config: json.refine(isConfig, 'expected a configuration'),
    strategy_version: count,
    reason: text.nullable(),
    sample: count,
    created_at: time,
    finished_at: time.nullable(),
    seconds,
    score: json,
    note: noteSchema,
    trashed_at: time.nullable(),
    front_only: count,
    sources: json.refine(isSources, 'expected fingerprints').nullable(),
  },
  run_tag: { tag: tagSchema },
  trial: {
    number: count,
    state: z.string(),
    family: z.string(),
    config: json,
    seed: count,
    why: json,
    params: count,
    macs: count,
    peak_activation_bytes: count,
    metrics: json,
    test_accuracy: written.nullable(),
    epochs_done: count,
    epochs: count.max(1e9),
    seconds,
    attempts: count,
    reason: text.nullable(),
    created_at: time,
    finished_at: time.nullable(),
    leg: json.nullable(),
    warm_start: json.nullable(),
  },
  event: { seq: count, type: z.string(), trial: count.nullable(), json, created_at: time },
  epoch: {
    trial: count,
    epoch: count,
    train_loss: written,
    validation_loss: written,
    validation_accuracy: written,
    learning_rate: written,
    seconds: written,
  },
  prediction: { trial: count, count, classes: z.int().min(2).max(256), probabilities: z.base64() },
  latency: {
    trial: count,
    engine: latencySettingSchema.shape.engine,
    batch: latencySettingSchema.shape.batch,
    version: label,
    device: label,
    threads: count,
    warmup_passes: count,
    other_load: written,
    timings: z.base64(),
    measured_at: time,
  },
  checkpoint: {
    trial: count,
    kind: z.string(),
    epoch: count,
    bytes: count,
    sha256: hash,
  },
  supernet: { search: count, epoch: count, bytes: count, sha256: hash },
  trial_note: { trial: count, note: noteSchema },
} as const satisfies Readonly<Record<string, Readonly<Record<string, z.ZodType>>>>;

export type RecordTable = keyof typeof RECORD_ROWS;

/** As SQLite gives it; of a trial's, `trial` is its number. */
export type RecordRow<T extends RecordTable> = Readonly<z.output<z.ZodObject<(typeof RECORD_ROWS)[T]>>>;
