/** Students that nobody searches for: a cell by chance, and a network that a person made. */
import { studentFamily } from '../../../src/core/arch/families/registry.ts';
import type { StudentTask } from '../../../src/core/arch/families/student-family.ts';
import { createRng } from '../../../src/core/math/rng.ts';
import { candidateKey } from '../../../src/core/space/candidate-key.ts';
import { randomMember } from '../../../src/core/space/lattice.ts';
import type { Candidate } from '../../../src/core/space/space.ts';
import { FIXED } from './plan.ts';

const DRAWS = 20_000;

/**
 * So many different cells by chance whose params are those wanted, to the share that the study
 * fixes. Throws a RangeError where not so many are found.
 */
export function randomCells(task: StudentTask, params: number, count: number, seed: number): readonly Candidate[] {
  const family = studentFamily('cells', task);
  const rng = createRng(seed);
  const cells = new Map<string, Candidate>();
  for (let draw = 0; draw < DRAWS && cells.size < count; draw += 1) {
    const drawn = randomMember(family, rng.uniform);
    const config = family.representative === undefined ? drawn : family.representative(drawn);
    if (config === undefined) continue;
    const off = Math.abs((family.costs(config)['params'] ?? Infinity) / params - 1);
    const candidate = { family: family.name, config };
    if (off <= FIXED.params) cells.set(candidateKey(candidate), candidate);
  }
  if (cells.size === count) return [...cells.values()];
  throw new RangeError(`${cells.size} cells of about ${params} params were found, and ${count} are wanted.`);
}

export function handMade(task: StudentTask): Candidate {
  return { family: 'resnet', config: studentFamily('resnet', task).reference };
}
