/** A run's configuration, looked at by the very schema that a search passes before it is
 * started. */
import type { SearchConfig } from '../../core/records/run.ts';
import { OBJECTIVES } from './expand-config.ts';
import { faultOf } from '../../core/records/zod.ts';
import { searchInputSchema } from '../schemas/records.ts';

/** What is wrong with it, in words; `undefined` where it is one that this program could have
 * started. */
export function searchFault(config: SearchConfig): string | undefined {
  const {
    datasetFingerprint = '',
    objectives,
    limits,
    transferFrom,
    reference,
    latency,
    reward,
    teacher,
    ...rest
  } = config;
  const names = objectives.map((objective) =>
    Object.entries(OBJECTIVES).find(
      ([, { metric, goal, known }]) =>
        objective.metric === metric && objective.goal === goal && objective.known === known,
    ),
  );
  if (names.includes(undefined)) return 'objectives: one of them is none that a search has';
  if (new Set(limits.map(({ metric }) => metric)).size < limits.length) return 'limits: one of them stands there twice';
  const known = new Set([
    ...['name', 'dataset', 'trainImages', 'families', 'strategy', 'students', 'studentsFrom', 'budget'],
    ...['recipe', 'checkpoints', 'seed', 'slots'],
  ]);
  const search = {
    // What else is recorded with a run is none of a search's, and was looked at by the schema of
    // runs.
    ...Object.fromEntries(Object.entries(rest).filter(([key]) => known.has(key))),
    ...(teacher !== '' && { teacher }),
    ...(transferFrom && { transferFrom }),
    objectives: names.map((one) => one?.[0]),
    limits: Object.fromEntries(limits.map(({ metric, max }) => [metric, max])),
    ...(reward && { reward }),
    ...(latency && { latency }),
  };
  const parsed = searchInputSchema.safeParse(search);
  if (!parsed.success) return faultOf(parsed.error);
  if (datasetFingerprint.length > LONGEST_FINGERPRINT) return 'datasetFingerprint: it is too long';
  const unknown = objectives.find(({ metric }) => !Object.hasOwn(reference, metric));
  return unknown && `reference: it has no ${unknown.metric}`;
}

const LONGEST_FINGERPRINT = 200;
