/** A network is told to be the student that it is, whatever classes it knows. */
import { describe, expect, it } from 'vitest';
import { resnetTeacher } from '../../../src/core/arch/families/resnet.ts';
import { familyNamesFor, studentFamily } from '../../../src/core/arch/families/registry.ts';
import { nearestStudent } from '../../../src/core/arch/nearest-student.ts';
import { createRng } from '../../../src/core/math/rng.ts';
import { randomMember } from '../../../src/core/space/lattice.ts';

const SHAPE = [28, 28, 1];

describe('the nearest student', () => {
  it.each(familyNamesFor({}))('of a %s of other classes has its shapes', (name) => {
    const [source, target] = [
      studentFamily(name, { inputShape: SHAPE, classes: 7 }),
      studentFamily(name, { inputShape: SHAPE, classes: 3 }),
    ];
    const rng = createRng(11);
    for (let draw = 0; draw < 12; draw += 1) {
      const config = randomMember(source, rng.uniform);
      const found = nearestStudent(target, source.build(config));
      // Dimensions without a weight of their own (activations, heads) cannot be told by shapes.
      expect(target.costs(found)['params']).toBe(target.costs(config)['params']);
    }
  });

  it('of a network that is larger than all of them is the largest', () => {
    const family = studentFamily('resnet', { inputShape: SHAPE, classes: 10 });
    const { width1, width2, width3 } = nearestStudent(family, resnetTeacher(SHAPE, 10));
    expect([width1, width2, width3]).toEqual([12, 32, 64]);
  });
});
