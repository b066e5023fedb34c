/** A family of a large task as its landscape sees it: members by the indices of their levels, -1
 * where a dimension is not active. */
import type { Configuration, Dimension, Level } from '../../../src/core/space/space.ts';

export type Indices = readonly number[];

export interface Surface {
  readonly name: string;
  readonly dimensions: readonly Dimension[];
  /** What a training would tell without its noise. */
  readonly accuracy: (indices: Indices) => number;
  readonly params: (indices: Indices) => number;
}

/** The member that has these levels where a dimension is active, and the middle one where it comes
 * in without a level. */
export function settler(dimensions: readonly Dimension[]): (indices: Indices) => Indices {
  const gates = dimensions.map(({ activeWhen, levels }) => {
    const at = dimensions.findIndex(({ name }) => name === activeWhen?.dimension);
    const open = new Set(activeWhen?.levels.map((level) => dimensions[at]?.levels.indexOf(level)));
    return { at, open, middle: Math.floor((levels.length - 1) / 2) };
  });
  return (indices) => {
    const settled: number[] = [];
    for (const [i, { at, open, middle }] of gates.entries()) {
      const isActive = at < 0 || open.has(settled[at]);
      const index = indices[i] ?? -1;
      settled.push(!isActive ? -1 : index < 0 ? middle : index);
    }
    return settled;
  };
}

export function configurationOf(dimensions: readonly Dimension[], indices: Indices): Configuration {
  const config: Record<string, Level> = {};
  dimensions.forEach(({ name, levels }, i) => {
    const level = levels[indices[i] ?? -1];
    if (level !== undefined) config[name] = level;
  });
  return config;
}
