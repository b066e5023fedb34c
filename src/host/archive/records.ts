/**
 * Records of somebody's archive, by the schemas that windows are answered by: each row as it comes,
 * and each run as a whole once it is put together. What passes can be listed, drawn, explained and
 * gone on with.
 */
import { taskOf } from '../../core/arch/families/student-family.ts';
import type { TaskCard } from '../../core/arch/families/student-family.ts';
import { searchFault } from '../../bridge/config/config-input.ts';
import { noteSchema } from '../../core/records/labels.ts';
import { studentFamilyNames, studentSpace } from '../../core/arch/families/registry.ts';
import { latencySchema } from '../../core/latency.ts';
import { askedIn, eventSchema, toldOf } from '../../core/records/events.ts';
import type { RunEvent } from '../../core/records/events.ts';
import type { SearchConfig } from '../../core/records/run.ts';
import { priorResultSchema } from '../../core/records/run.ts';
import { summarySchema } from '../../core/records/summary.ts';
import type { RunSummary } from '../../core/records/summary.ts';
import { trialSchema } from '../../core/records/trial.ts';
import { z } from '../../core/records/zod.ts';
import { candidateKey } from '../../core/space/candidate-key.ts';
import { validateCandidate } from '../../core/space/lattice.ts';
import type { Candidate, Space } from '../../core/space/space.ts';
import { RECORD_ROWS } from '../../store/rows/record-rows.ts';
import { recordRow } from '../../store/rows/run-records.ts';
import type { ReadableStore } from '../../store/store.ts';

const schemas: ReadonlyMap<string, z.ZodType> = new Map(
  Object.entries(RECORD_ROWS).map(([table, row]) => [table, z.object(row)]),
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
export function assertRun(store: ReadableStore, { run }: RunSummary, card: TaskCard | undefined): void {
  const prior = store.prior(run.id);
  assertShape(z.array(priorResultSchema), prior, 'prior');
  const assertStudent = studentCheck(run.config, card);
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
  for (const event of log) {
    assertShape(eventSchema, event, 'log');
    for (const { trial, candidate, seed } of askedIn(event)) {
      const row = trials[trial];
      if (trial !== askedFor || row?.key !== candidateKey(candidate) || row.seed !== seed) {
        throw new Error(`its log asks for another student ${askedFor + 1} than there is`);
      }
      askedFor += 1;
    }
    for (const { trial } of (event.type === 'asked' && event.continues) || []) {
      if (trial >= askedFor) throw new Error(`its log goes on with student ${trial + 1} before it was asked for`);
    }
    // The doctor looks at the order of searches.
    const told = toldOf(event);
    if (told !== undefined && told >= askedFor) {
      throw new Error(`its log tells of student ${told + 1} before it was asked for`);
    }
  }
}

/** Families that a later version brought are taken in, and told of when they are looked at. */
function studentCheck(
  { families, space: kind }: Pick<SearchConfig, 'families' | 'space'>,
  card: TaskCard | undefined,
): (candidate: Candidate) => void {
  const known: readonly string[] = studentFamilyNames();
  const isKnown = families.every((name) => known.includes(name)) && new Set(families).size === families.length;
  const space: Space | undefined =
    card && isKnown && families.length > 0 ? studentSpace(families, taskOf(card), kind) : undefined;
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
