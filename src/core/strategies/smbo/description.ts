/**
 * A student as a sequence of layers: one step for what stands at once, and one more for each layer
 * that it has grown. A step is the set of its choices, as numbers of words.
 */
import { growthLevel, growthWhere } from '../../space/growth.ts';
import { familyOf } from '../../space/lattice.ts';
import type { Candidate, Dimension, Family, Level, Space } from '../../space/space.ts';

/** Words of each step, `[steps][]`. */
export type Description = readonly (readonly number[])[];

export interface Vocabulary {
  /** Words that there are. */
  readonly size: number;
  readonly describe: (candidate: Candidate) => Description;
}

export function createVocabulary(space: Space): Vocabulary {
  const words = new Map<string, number>();
  const learn = (word: string): void => void words.set(word, words.get(word) ?? words.size);
  for (const family of space.families) {
    learn(family.name);
    for (const dimension of choicesOf(family))
      for (const level of dimension.levels) learn(wordOf(family, dimension, level));
  }
  const numberOf = (word: string): number => words.get(word) ?? 0;
  return {
    size: words.size,
    describe({ family: name, config }) {
      const family = familyOf(space, name);
      const steps: number[][] = Array.from({ length: growthLevel(family, config) + 1 }, () => []);
      steps[0]?.push(numberOf(name));
      for (const dimension of choicesOf(family)) {
        const level = config[dimension.name];
        if (level === undefined) continue;
        steps[growthWhere(family, dimension)]?.push(numberOf(wordOf(family, dimension, level)));
      }
      return steps;
    },
  };
}

/** How many layers there are is told by the steps. */
const choicesOf = ({ dimensions, grows }: Family): readonly Dimension[] =>
  dimensions.filter(({ name }) => name !== grows);

const wordOf = (family: Family, dimension: Dimension, level: Level): string =>
  `${family.name} ${meaningOf(family, dimension)} ${typeof level} ${String(level)}`;

/** `op` for `op1`, `op2` and `op3`, each of another layer: a choice means the same in all. */
function meaningOf(family: Family, { name }: Dimension): string {
  const stem = stemOf(name);
  const alike = family.dimensions.filter((one) => stemOf(one.name) === stem);
  const layers = new Set(alike.map((one) => growthWhere(family, one)));
  return layers.size === alike.length ? stem : name;
}

const stemOf = (name: string): string => name.replace(/\d+$/, '');
