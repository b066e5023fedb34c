/** The member of a family that the benchmarks take for a size: the one whose multiply-adds are
 * nearest to a number. */
import type { ArchitectureGraph } from '../src/core/arch/graph.ts';
import { studentFamily } from '../src/core/arch/families/registry.ts';
import { createRng } from '../src/core/math/rng.ts';
import { randomMember } from '../src/core/space/lattice.ts';

/** Members looked at. */
const SAMPLE = 400;

export function nearestMember(
  name: string,
  shape: readonly [number, number, number],
  classes: number,
  macs: number,
): ArchitectureGraph {
  const family = studentFamily(name, { inputShape: shape, classes });
  const { uniform } = createRng(1);
  const members = Array.from({ length: SAMPLE }, () => randomMember(family, uniform));
  const far = (config: (typeof members)[number]): number =>
    Math.abs(Math.log((family.costs(config)['macs'] ?? NaN) / macs));
  return family.build(members.reduce((best, config) => (far(config) < far(best) ? config : best)));
}
