/** From the configuration that a run keeps back to a search as people write it: `expandConfig` of
 * it asks for the same again. */
import type { SearchConfig } from '../../core/records/run.ts';
import { searchInputSchema } from '../schemas/records.ts';
import type { ParsedSearchInput } from '../schemas/records.ts';

/** Throws `ZodError` where a run of another version asks for what this one does not know. */
export function inputOf(config: SearchConfig): ParsedSearchInput {
  const { objectives, limits, datasetFingerprint: _fingerprint, reference, teacher, ...rest } = config;
  return searchInputSchema.parse({
    ...rest,
    ...(teacher !== '' && { teacher }),
    objectives: objectives.map(({ metric }) => metric),
    limits: Object.fromEntries(limits.map(({ metric, max }) => [metric, max])),
    // Said, for what the data give is not what they gave to earlier versions. The costs' follow
    // from limits and families.
    ...(reference['accuracy'] !== undefined && { reference: { accuracy: reference['accuracy'] } }),
    // Of a value that is not there the default is meant.
    ...(rest.reward === undefined && { reward: {} }),
    ...(rest.latency === undefined && { latency: {} }),
    transferFrom: [...(rest.transferFrom ?? [])],
    families: [...rest.families],
  });
}
