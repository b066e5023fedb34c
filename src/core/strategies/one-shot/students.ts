/** Students by the paths that they take in a supernet: a level of each edge, `[edges]`. */
import type { Supernet } from '../../arch/supernet.ts';
import type { Rng } from '../../math/rng.ts';
import { memberOf } from '../../one-shot/member.ts';
import { byEdge } from '../../one-shot/method.ts';
import type { Candidate, Family } from '../../space/space.ts';

/** Those of a supernet. */
export interface Paths {
  readonly levels: readonly number[];
  /** Of each path, `[paths]`. */
  readonly kept: readonly boolean[];
}

/** `undefined` where it is no student. */
export function studentOf(family: Family, supernet: Supernet, code: readonly number[]): Candidate | undefined {
  const config = memberOf(family, supernet, code);
  return config && { family: family.name, config };
}

/** A path of each edge with the chance of its share. */
export const drawCode = (levels: readonly number[], shares: Float64Array, rng: Rng): readonly number[] =>
  byEdge(levels, shares).map((edge) => {
    let left = rng.uniform();
    const level = edge.findIndex((share) => (left -= share) < 0);
    return level >= 0 ? level : edge.indexOf(Math.max(...edge)); // rounding left a little over
  });

/** A code on its way: on each edge the place of its path among those in play, the strongest
 * first. */
interface Step {
  readonly places: readonly number[];
  /** What it lacks to the strongest paths together. */
  readonly loss: number;
  /** The edge that was moved last; only later ones are moved from here, so that each code comes
   * once. */
  readonly edge: number;
}

/**
 * All codes of the paths in play, the largest sum of alpha first: under a softmax on each edge
 * these are the most probable ones. Of equal ones any order that is always the same.
 */
export function* codesByStrength({ levels, kept }: Paths, alpha: Float64Array): Generator<readonly number[]> {
  const inPlay = byEdge(levels, Float64Array.from(kept, Number)).map((marks, edge) => {
    const values = byEdge(levels, alpha)[edge] ?? marks;
    const able = [...marks.keys()].filter((level) => marks[level] === 1);
    return able
      .map((level) => ({ level, value: values[level] ?? 0 }))
      .sort((a, b) => b.value - a.value || a.level - b.level);
  });
  const lossAt = (edge: number, place: number): number =>
    (inPlay[edge]?.[0]?.value ?? 0) - (inPlay[edge]?.[place]?.value ?? 0);
  const open: Step[] = [{ places: levels.map(() => 0), loss: 0, edge: 0 }]; // by loss, the least last
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    yield step.places.map((place, edge) => inPlay[edge]?.[place]?.level ?? 0);
    for (let edge = step.edge; edge < levels.length; edge += 1) {
      const place = (step.places[edge] ?? 0) + 1;
      if (place >= (inPlay[edge]?.length ?? 0)) continue;
      const loss = step.loss + lossAt(edge, place) - lossAt(edge, place - 1);
      insert(open, { places: step.places.with(edge, place), loss, edge });
    }
  }
}

function insert(open: Step[], step: Step): void {
  let [low, high] = [0, open.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((open[middle]?.loss ?? 0) > step.loss) low = middle + 1;
    else high = middle;
  }
  open.splice(low, 0, step);
}
