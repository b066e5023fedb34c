/**
 * Records of somebody's archive, by the schemas that windows are answered by: each row as it comes,
 * and each run as a whole once it is put together. What passes can be listed, drawn, explained and
 * gone on with.
 */
import { searchFault } from '../../bridge/config/recorded-search.ts';
import { noteSchema, tagSchema } from '../../bridge/schemas/upkeep.ts';
import { studentFamilyNames, studentSpace } from '../../core/arch/families/registry.ts';
import { latencySchema } from '../../core/latency.ts';
import type { DatasetCard } from '../../core/records/dataset-card.ts';
import { eventSchema } from '../../core/records/events.ts';
import type { RunEvent } from '../../core/records/events.ts';
import { priorResultSchema } from '../../core/records/run.ts';
import { runSourcesSchema } from '../../core/records/sources.ts';
import { summarySchema } from '../../core/records/summary.ts';
import type { RunSummary } from '../../core/records/summary.ts';
import { trialSchema } from '../../core/records/trial.ts';
import { count, hash, z } from '../../core/records/zod.ts';
import { candidateKey } from '../../core/space/candidate-key.ts';
import { validateCandidate } from '../../core/space/lattice.ts';
import type { Candidate, Space } from '../../core/space/space.ts';
import { readJson } from '../../store/numbers.ts';
import { recordRow } from '../../store/rows/run-records.ts';
import type { ReadableStore } from '../../store/store.ts';

/** Of one line of JSON in a column: the log of an ask of thousands is smaller. */
const MOST_JSON = 64 << 20;
/** A trainer's last words stand in a reason. */
const TEXT = z.string().max(100_000);
const LABEL = z.string().max(1000);
const seconds = z.number().min(0);
/** As the store writes numbers that SQLite loses. */
const written = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity', '-0'])]);
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
const ROWS = {
  run: {
    name: z.string().min(1).max(200),
    state: z.string(),
    config: json.refine(isConfig, 'expected a configuration'),
    strategy_version: count,
    reason: TEXT.nullable(),
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
    reason: TEXT.nullable(),
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
    engine: latencySchema.shape.engine,
    batch: latencySchema.shape.batch,
    version: LABEL,
    device: LABEL,
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

/** Tables and columns of records that are looked at: a test says where one is missing. */
const CHECKED_COLUMNS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(ROWS).map(([table, row]) => [table, new Set(Object.keys(row))]),
);

const schemas: ReadonlyMap<string, z.ZodType> = new Map(
  Object.entries(ROWS).map(([table, row]) => [table, z.object(row)]),
);

/** Throws what is wrong with a record, in words. One that is none at all is left to the store,
 * which refuses it. */
export function assertRecord(record: unknown): void {
  if (!Array.isArray(record)) return;
  const [table, ...values] = record as readonly unknown[];
  const row = recordRow(String(table), values);
  const schema = schemas.get(String(table));
  if (row === undefined || schema === undefined) return;
  if (values.some((value) => typeof value === 'object' && value !== null)) return;
  assertShape(schema, Object.fromEntries(row), String(table));
}

/** Of a run alone, without its students. Throws what is wrong with it, in words. */
export function assertSummary(summary: RunSummary): void {
  assertShape(summarySchema, summary);
  const fault = searchFault(summary.run.config);
  if (fault !== undefined) throw new Error(`the configuration of “${summary.run.name}” is wrong at ${fault}`);
}

/**
 * The rest of a run of the staging's store. `card`: of its data set, where that is known: then its
 * students are looked for in the space that it was searched in.
 */
export function assertRun(
  store: ReadableStore,
  { run }: RunSummary,
  card: Pick<DatasetCard, 'shape' | 'classes'> | undefined,
): void {
  const prior = store.prior(run.id);
  assertShape(z.array(priorResultSchema), prior, 'prior');
  const assertStudent = studentCheck(run.config.families, card);
  [...prior.map(({ candidate }) => candidate), ...(run.config.students ?? [])].forEach(assertStudent);

  const trials = store.trials(run.id);
  trials.forEach((trial, index) => {
    assertShape(trialSchema, trial);
    if (trial.number !== index) throw new Error(`student ${index + 1} is missing`);
    assertStudent(trial.candidate);
    assertShape(noteSchema, store.trialNote(trial.id));
    for (const one of store.latencies(trial.id)) assertShape(latencySchema, one, 'latency');
    const predictions = store.predictions(trial.id);
    if (predictions !== undefined && card !== undefined && predictions.classes !== card.classes.length) {
      throw new Error(`student ${index + 1} tells ${predictions.classes} classes apart`);
    }
  });
  assertLog(
    store.events(run.id).map(({ event }) => event),
    trials.map(({ candidate, seed }) => ({ key: candidateKey(candidate), seed })),
  );
}

/** What a fold does not ask again: shapes, and that no trial ends before it was asked for. */
function assertLog(log: readonly RunEvent[], trials: readonly { readonly key: string; readonly seed: number }[]): void {
  let askedFor = 0;
  const assertEvent = (event: RunEvent): void => {
    assertShape(eventSchema, event, 'log');
    switch (event.type) {
      case 'asked':
        for (const { trial, candidate, seed } of event.proposals) {
          const row = trials[trial];
          if (trial !== askedFor || row?.key !== candidateKey(candidate) || row.seed !== seed) {
            throw new Error(`its log asks for another student ${askedFor + 1} than there is`);
          }
          askedFor += 1;
        }
        for (const { trial } of event.continues ?? []) {
          if (trial >= askedFor) throw new Error(`its log goes on with student ${trial + 1} before it was asked for`);
        }
        return;
      case 'told':
      case 'rested':
      case 'failed':
        if (event.trial < askedFor) return;
        throw new Error(`its log tells of student ${event.trial + 1} before it was asked for`);
      case 'searched': // The doctor looks at the order of searches.
        return;
      default:
        return event satisfies never;
    }
  };
  log.forEach(assertEvent);
}

/** Families that a later version brought are taken in, and told of when they are looked at. */
function studentCheck(
  families: readonly string[],
  card: Pick<DatasetCard, 'shape' | 'classes'> | undefined,
): (candidate: Candidate) => void {
  const known: readonly string[] = studentFamilyNames();
  const isKnown = families.every((name) => known.includes(name)) && new Set(families).size === families.length;
  const space: Space | undefined =
    card && isKnown && families.length > 0 ? studentSpace(families, card.shape, card.classes.length) : undefined;
  return (candidate) => {
    if (!families.includes(candidate.family)) throw new Error(`it has no family "${candidate.family.slice(0, 40)}"`);
    if (space !== undefined) validateCandidate(space, candidate);
  };
}

function assertShape(schema: z.ZodType, value: unknown, where = ''): void {
  const parsed = schema.safeParse(value);
  if (parsed.success) return;
  const [issue] = parsed.error.issues;
  const path = [...(where === '' ? [] : [where]), ...(issue?.path ?? [])].join('.');
  throw new Error(`a record of it is wrong at "${path}" (${issue?.message})`);
}

export const testing = { CHECKED_COLUMNS };
