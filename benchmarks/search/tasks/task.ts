/** What a benchmark of searches is made of: a task gives a game for each seed, the same to every
 * strategy and peer. */
import type { Game } from '../../../src/core/strategies/replay.ts';
import type { Configuration, Dimension } from '../../../src/core/space/space.ts';

export interface Task {
  /** Short, in kebab case. */
  readonly name: string;
  /** One line: what it asks of a search. */
  readonly summary: string;
  /** Trials where no other budget is asked for. */
  readonly budget: number;
  readonly open: (seed: number, budget: number) => Game;
}

/** Places of the levels of a configuration, in the order of the dimensions; -1 where a dimension is
 * not active. */
export function levelIndices(dimensions: readonly Dimension[], config: Configuration): readonly number[] {
  return dimensions.map(({ name, levels }) => {
    const level = config[name];
    return level === undefined ? -1 : levels.indexOf(level);
  });
}
