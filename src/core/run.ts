/** Records of a run: its configuration (what the person asked for) and its state. */
import type { LatencySetting } from './latency.ts';
import type { Objective, Limit } from './objective.ts';
import type { Reward } from './objective.ts';
import type { CheckpointPolicy } from './records/checkpoints.ts';
import { completeRecipe } from './records/recipe.ts';
import type { Recipe, RecordedRecipe } from './records/recipe.ts';
import type { Candidate } from './space/space.ts';
import type { PriorResult, StrategyOptions } from './strategies/strategy.ts';

export type RunState = 'running' | 'paused' | 'interrupted' | 'finished' | 'failed';

/** A whole search, as in a config file, with every default filled in. */
export interface SearchConfig {
  readonly name: string;
  readonly dataset: string;
  /** Of its images and labels, as they were at the start; absent where its card does not tell. */
  readonly datasetFingerprint?: string;
  /** Training images used of the data set's training split (all when absent). */
  readonly trainImages?: number;
  /** Its name; empty where students learn from labels alone and none was named. */
  readonly teacher: string;
  readonly families: readonly string[];
  readonly strategy: { readonly id: string; readonly options: StrategyOptions };
  /** What is trained where nothing is searched for; the budget is then so many students times the
   * seeds of each. */
  readonly students?: readonly Candidate[];
  /** Id of the run that they were found by, where it was one. */
  readonly studentsFrom?: string;
  /** Ids of earlier runs whose results this one learns from; they were copied when it started. */
  readonly transferFrom?: readonly string[];
  readonly objectives: readonly Objective[];
  readonly limits: readonly Limit[];
  /** What `reward` means, where it is the one objective. */
  readonly reward?: Reward;
  /** What `latencyMs` means; present where it is an objective or a limit, and then every student is
   * timed before it trains. */
  readonly latency?: LatencySetting;
  /** Reference point of the hypervolume, by metric. */
  readonly reference: Readonly<Record<string, number>>;
  /** Trainings, or epochs of all trainings together (`core/budget.ts`). */
  readonly budget: { readonly trials: number } | { readonly epochs: number };
  readonly recipe: Recipe;
  readonly checkpoints: CheckpointPolicy;
  readonly seed: number;
  /** Trainer processes side by side. */
  readonly slots: number;
}

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

export interface Run {
  readonly id: string;
  readonly name: string;
  readonly state: RunState;
  readonly config: SearchConfig;
  readonly strategyVersion: number;
  /** Why it stands as it does: failure, a newer strategy version, ... */
  readonly reason?: string;
  /** True for the sample search that an empty workspace starts with. */
  readonly sample: boolean;
  readonly createdAt: string;
  readonly finishedAt?: string;
  /** Wall time spent running, over all sessions (monotonic). */
  readonly seconds: number;
}
