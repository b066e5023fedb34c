/** From a search as people write it to the configuration that a run keeps: objectives, limits and reference point as records. */
import { WorkbenchError } from '../core/errors.ts';
import type { Limit, Objective } from '../core/objective.ts';
import type { SearchConfig } from '../core/run.ts';
import type { ParsedSearchInput } from './schemas.ts';

/** Costs of the largest student, of all families, that is within the limits. */
export interface LargestCosts {
  readonly params: number;
  readonly macs: number;
}

const OBJECTIVES = {
  accuracy: { metric: 'accuracy', goal: 'maximize', known: false },
  params: { metric: 'params', goal: 'minimize', known: true },
  macs: { metric: 'macs', goal: 'minimize', known: true },
} as const satisfies Readonly<Record<string, Objective>>;

/** A student that is wrong on every second image is worth nothing. */
export const REFERENCE_ACCURACY = 0.5;
/** The dearest student still counts a little. */
const REFERENCE_MARGIN = 1.1;

/**
 * The hypervolume's reference point is the same for every run on a data set under the same limits, whatever families,
 * strategy or seed: accuracy 0.5, and for each cost 1.1 times its limit, or the largest student's where there is none.
 */
export function expandConfig(parsed: ParsedSearchInput, largest: LargestCosts): SearchConfig {
  const { objectives, limits, $schema: _, ...rest } = parsed;
  if (objectives[0] !== 'accuracy' || new Set(objectives).size < objectives.length) {
    throw new WorkbenchError('config.invalid', 'objectives: accuracy comes first, and each objective once.', {
      field: 'objectives',
    });
  }
  if (new Set(parsed.families).size < parsed.families.length) {
    throw new WorkbenchError('config.invalid', 'families: name each family once.', { field: 'families' });
  }
  return {
    ...rest,
    objectives: objectives.map((name) => OBJECTIVES[name]),
    limits: limitsOf(limits),
    reference: {
      accuracy: REFERENCE_ACCURACY,
      params: REFERENCE_MARGIN * (limits.params ?? largest.params),
      macs: REFERENCE_MARGIN * (limits.macs ?? largest.macs),
    },
  };
}

export function limitsOf(limits: ParsedSearchInput['limits']): readonly Limit[] {
  return (['params', 'macs'] as const).flatMap((metric) => {
    const max = limits[metric];
    return max === undefined ? [] : [{ metric, max }];
  });
}
