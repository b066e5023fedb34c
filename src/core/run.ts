/** Records of a run: its configuration (what the person asked for) and its state. */
import type { Objective, Limit } from './objective.ts';
import type { Recipe } from './recipe.ts';
import type { StrategyOptions } from './strategies/strategy.ts';

export type RunState = 'running' | 'paused' | 'interrupted' | 'finished' | 'failed';

/** A whole search, as in a config file, with every default filled in. */
export interface SearchConfig {
  readonly name: string;
  readonly dataset: string;
  /** Training images used of the data set's training split (all when absent). */
  readonly trainImages?: number;
  readonly teacher: string;
  readonly families: readonly string[];
  readonly strategy: { readonly id: string; readonly options: StrategyOptions };
  readonly objectives: readonly Objective[];
  readonly limits: readonly Limit[];
  /** Reference point of the hypervolume, by metric. */
  readonly reference: Readonly<Record<string, number>>;
  readonly budget: { readonly trials: number };
  readonly recipe: Recipe;
  readonly seed: number;
  /** Trainer processes side by side. */
  readonly slots: number;
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
