import { describe, expect, it } from 'vitest';
import { minimize } from '../../../src/core/math/minimize.ts';

describe('minimize', () => {
  it('finds the minimum of an ill-scaled quadratic', () => {
    const result = minimize(
      (x) => ({
        value: (x[0]! - 3) ** 2 + 100 * (x[1]! + 1) ** 2,
        gradient: () => Float64Array.of(2 * (x[0]! - 3), 200 * (x[1]! + 1)),
      }),
      Float64Array.of(-4, 5),
      { evaluations: 100, gradientTolerance: 1e-8, valueTolerance: 0 },
    );
    expect(result.x[0]).toBeCloseTo(3, 6);
    expect(result.x[1]).toBeCloseTo(-1, 6);
  });

  it('walks the curved valley of Rosenbrock to (1, 1)', () => {
    const result = minimize(
      (x) => {
        const [a, b] = [x[0]!, x[1]!];
        return {
          value: (1 - a) ** 2 + 100 * (b - a * a) ** 2,
          gradient: () => Float64Array.of(-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a)),
        };
      },
      Float64Array.of(-1.2, 1),
      { evaluations: 300, gradientTolerance: 1e-8, valueTolerance: 0 },
    );
    expect(result.x[0]).toBeCloseTo(1, 5);
    expect(result.x[1]).toBeCloseTo(1, 5);
  });

  /** A slope that ends at a wall, and how often it was asked for what. */
  function towardsWall(evaluations: number) {
    const calls = { values: 0, gradients: [] as number[] };
    const result = minimize(
      (x) => {
        calls.values++;
        const gradient = (): Float64Array => {
          calls.gradients.push(x[0]!);
          return Float64Array.of(-1);
        };
        return { value: x[0]! < 2 ? -x[0]! : Infinity, gradient };
      },
      Float64Array.of(0),
      { evaluations },
    );
    return { ...calls, result };
  }

  it('backs away from walls of infinity and keeps to its budget of evaluations', () => {
    const { result, values } = towardsWall(25);
    expect(result.x[0]).toBeGreaterThan(1.5);
    expect(result.x[0]).toBeLessThan(2);
    expect(values).toBeLessThanOrEqual(25);
  });

  it('asks for a gradient only where it goes on from: of no step refused, nor of the last', () => {
    const { result, values, gradients } = towardsWall(6);
    expect(values).toBe(6);
    expect(gradients.length).toBeLessThan(values);
    expect(gradients.every((x) => x < 2)).toBe(true);
    expect(gradients).not.toContain(result.x[0]);
  });

  it('stays where it starts when the start has no value', () => {
    const nowhere = { value: NaN, gradient: () => Float64Array.of(NaN, NaN) };
    const result = minimize(() => nowhere, Float64Array.of(1, 2), { evaluations: 10 });
    expect([...result.x]).toEqual([1, 2]);
  });
});
