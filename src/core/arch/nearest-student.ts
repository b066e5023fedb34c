/**
 * Which student of a family a network is, or comes nearest to.
 *
 * The distance of two networks is a sum over weights, the classifier's apart: of one that both have
 * (ln a - ln b)^2 over the axes of its shape, of one that one of them lacks ln(1 + its size)^2. It
 * is 0 where both are the same network, whatever classes they tell apart.
 */
import { enumerateFamily } from '../space/lattice.ts';
import { oneExchange } from '../space/neighbours.ts';
import type { Configuration } from '../space/space.ts';
import { weightSpecs } from './cost.ts';
import type { StudentFamily } from './families/student-family.ts';
import type { ArchitectureGraph } from './graph.ts';
import { sizeOf } from './ops.ts';

/** Pairs of steps are looked at where one alone leads nowhere, of a student with no more
 * neighbours. */
const MOST_NEIGHBOURS = 20;

/** A walk from the reference student, each step to the nearest of its neighbours; a family with one
 * member a network, whose neighbours need not look alike, is looked through. */
export function nearestStudent(family: StudentFamily, graph: ArchitectureGraph): Configuration {
  const wanted = shapesOf(graph);
  const distanceTo = (config: Configuration): number => distance(shapesOf(family.build(config)), wanted);
  let nearest: Found = { config: family.reference, distance: distanceTo(family.reference) };
  while (nearest.distance > 0) {
    const next = step(oneExchange(family, nearest.config), nearest) ?? step(pairsFrom(family, nearest.config), nearest);
    if (next === undefined) break;
    nearest = next;
  }
  if (nearest.distance > 0 && family.representative) nearest = step([...enumerateFamily(family)], nearest) ?? nearest;
  return nearest.config;

  function step(neighbours: readonly Configuration[], from: Found): Found | undefined {
    let best = from;
    for (const config of neighbours) {
      const found = distanceTo(config);
      if (found < best.distance) best = { config, distance: found };
    }
    return best === from ? undefined : best;
  }
}

interface Found {
  readonly config: Configuration;
  readonly distance: number;
}

function pairsFrom(family: StudentFamily, config: Configuration): readonly Configuration[] {
  const neighbours = oneExchange(family, config);
  return neighbours.length > MOST_NEIGHBOURS ? [] : neighbours.flatMap((one) => oneExchange(family, one));
}

type Shapes = ReadonlyMap<string, readonly number[]>;

/** Of its weights by name; the classifier is the last layer. */
function shapesOf(graph: ArchitectureGraph): Shapes {
  const head = graph.layers.at(-1)?.id;
  return new Map(
    weightSpecs(graph)
      .filter(({ layer, spec }) => layer.id !== head && spec.trainable)
      .map(({ name, spec }) => [name, spec.shape]),
  );
}

function distance(left: Shapes, right: Shapes): number {
  let sum = 0;
  for (const [name, shape] of left) sum += between(shape, right.get(name));
  for (const [name, shape] of right) if (!left.has(name)) sum += between(shape, undefined);
  return sum;
}

function between(shape: readonly number[], other: readonly number[] | undefined): number {
  if (other?.length !== shape.length) return Math.log(1 + sizeOf(shape)) ** 2;
  return shape.reduce((sum, size, axis) => sum + (Math.log(size) - Math.log(other[axis] ?? size)) ** 2, 0);
}
