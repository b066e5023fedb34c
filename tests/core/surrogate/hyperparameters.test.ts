import { describe, expect, it } from 'vitest';
import { createEncoding } from '../../../src/core/surrogate/encoding.ts';
import { createLayout, doubtAmplitudes, unpack } from '../../../src/core/surrogate/hyperparameters.ts';
import { createCatalogue } from '../../../src/core/strategies/catalogue.ts';
import { familiesProblem, vastProblem } from '../../contract/strategy-problems.ts';

function layoutOf(problem: ReturnType<typeof familiesProblem>) {
  const catalogue = createCatalogue(problem, 1);
  const members = catalogue.families.flatMap((family) => family.members);
  return createLayout(createEncoding(problem.space, catalogue.costMetrics, members));
}

describe('doubt of the amplitudes', () => {
  const layout = layoutOf(familiesProblem());
  const theta = Array.from({ length: layout.count }, (_, i) => 0.1 * i);

  it('raises each by one deviation: the prior’s without results, less the more there are, and nothing else', () => {
    const before = unpack(layout, theta);
    const after = unpack(layout, doubtAmplitudes(layout, theta, [0, 6, 1e9]));
    const rises = Array.from(after.amplitudes, (amplitude, f) => Math.log(amplitude / before.amplitudes[f]!));
    // Precision 1 of the prior and n/2 of n results.
    expect(rises[0]).toBeCloseTo(1, 12);
    expect(rises[1]).toBeCloseTo(1 / 2, 12);
    expect(rises[2]).toBeCloseTo(0, 4);
    expect({ ...after, amplitudes: before.amplitudes }).toEqual(before);
  });

  it('leaves a single family as it is: its amplitude is the variance of all', () => {
    const single = layoutOf(vastProblem());
    const fitted = Array.from({ length: single.count }, () => 0.3);
    expect(doubtAmplitudes(single, fitted, [3])).toEqual(fitted);
  });
});
