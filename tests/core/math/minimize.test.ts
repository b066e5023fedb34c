import { describe, expect, it } from 'vitest';
import { minimize } from '../../../src/core/math/minimize.ts';

describe('minimize', () => {
  it('finds the minimum of an ill-scaled quadratic', () => {
    const result = minimize(
      (x, gradient) => {
        gradient[0] = 2 * (x[0]! - 3);
        gradient[1] = 200 * (x[1]! + 1);
        return (x[0]! - 3) ** 2 + 100 * (x[1]! + 1) ** 2;
      },
      Float64Array.of(-4, 5),
      { evaluations: 100, gradientTolerance: 1e-8, valueTolerance: 0 },
    );
    expect(result.x[0]).toBeCloseTo(3, 6);
    expect(result.x[1]).toBeCloseTo(-1, 6);
  });

  it('walks the curved valley of Rosenbrock to (1, 1)', () => {
    const result = minimize(
      (x, gradient) => {
        const [a, b] = [x[0]!, x[1]!];
        gradient[0] = -2 * (1 - a) - 400 * a * (b - a * a);
        gradient[1] = 200 * (b - a * a);
        return (1 - a) ** 2 + 100 * (b - a * a) ** 2;
      },
      Float64Array.of(-1.2, 1),
      { evaluations: 300, gradientTolerance: 1e-8, valueTolerance: 0 },
    );
    expect(result.x[0]).toBeCloseTo(1, 5);
    expect(result.x[1]).toBeCloseTo(1, 5);
  });

  it('backs away from walls of infinity and keeps to its budget of evaluations', () => {
    let calls = 0;
    const result = minimize(
      (x, gradient) => {
        calls++;
        gradient[0] = -1;
        return x[0]! < 2 ? -x[0]! : Infinity;
      },
      Float64Array.of(0),
      { evaluations: 25 },
    );
    expect(result.x[0]).toBeGreaterThan(1.5);
    expect(result.x[0]).toBeLessThan(2);
    expect(calls).toBeLessThanOrEqual(25);
  });

  it('stays where it starts when the start has no value', () => {
    const result = minimize(() => NaN, Float64Array.of(1, 2), { evaluations: 10 });
    expect([...result.x]).toEqual([1, 2]);
  });
});
