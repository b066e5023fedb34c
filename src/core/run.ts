/** Configurations of runs, as this version and earlier ones recorded them. */
import type { CheckpointPolicy } from './records/checkpoints.ts';
import { completeRecipe } from './records/recipe.ts';
import type { RecordedRecipe } from './records/recipe.ts';
import type { SearchConfig } from './records/run.ts';
import type { PriorResult } from './strategies/strategy.ts';

export type { Run, RunState, SearchConfig } from './records/run.ts';

/** A configuration as this version or an earlier one recorded it. */
export type RecordedConfig = Omit<SearchConfig, 'recipe' | 'checkpoints'> & {
  readonly recipe: RecordedRecipe;
  readonly checkpoints?: CheckpointPolicy;
  /** Results of the runs in `transferFrom`: recorded with the configuration, and read apart from
   * it. */
  readonly prior?: readonly PriorResult[];
};

/** The same configuration with every setting said: runs of earlier versions kept their last weights
 * alone. */
export function completeConfig({ prior: _, ...recorded }: RecordedConfig): SearchConfig {
  return {
    ...recorded,
    recipe: completeRecipe(recorded.recipe),
    checkpoints: recorded.checkpoints ?? { precision: 'fp32', keep: 'last' },
  };
}
