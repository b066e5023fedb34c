/** Weights that a student inherits: by name and shape, and the rest as its own seed draws them. */
import { describe, expect, test } from 'vitest';
import type { WeightSpec } from '../../src/core/arch/graph.ts';
import type { NamedTensor } from '../../src/compute/files/safetensors.ts';
import type { Layout, WeightSlot } from '../../src/compute/model/parameters.ts';
import { inherit } from '../../src/compute/training/warm-start.ts';

function slot(name: string, shape: readonly number[], trainable = true): WeightSlot {
  const spec: WeightSpec = { name, shape, init: 'zeros', trainable, decay: false };
  return { name, layerId: 'x', spec, size: shape.reduce((product, size) => product * size, 1) };
}

const layoutOf = (trainable: readonly WeightSlot[], other: readonly WeightSlot[] = []): Layout => ({
  ...{ trainable, other, kept: [], params: trainable.reduce((sum, { size }) => sum + size, 0) },
});

/** Counts from 1, so that each value says where it comes from. */
const counting = (length: number): Float32Array => Float32Array.from({ length }, (_, index) => index + 1);

function tensors(shapes: Readonly<Record<string, readonly number[]>>): ReadonlyMap<string, NamedTensor> {
  const entries = Object.entries(shapes).map(([name, shape]): [string, NamedTensor] => {
    return [name, { name, shape, values: counting(shape.reduce((product, size) => product * size, 1)) }];
  });
  return new Map(entries);
}

/** What becomes of a weight of zeros. */
function inherited(own: readonly number[], parent: readonly number[]): readonly number[] {
  const layout = layoutOf([slot('a', own)]);
  const fresh = new Map([['a', new Float32Array(layout.params)]]);
  return [...(inherit(layout, fresh, [tensors({ a: parent })]).get('a') ?? [])];
}

describe('a weight is', () => {
  test('a parent’s of the same name and shape', () => {
    expect(inherited([2, 3], [2, 3])).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('the leading channels of a larger one', () => {
    expect(inherited([2, 2], [3, 4])).toEqual([1, 2, 5, 6]);
    expect(inherited([1, 2, 1, 2], [1, 2, 2, 3])).toEqual([1, 2, 7, 8]);
    expect(inherited([2], [3])).toEqual([1, 2]);
  });

  test('a smaller one with its own beyond it', () => {
    expect(inherited([3, 3], [2, 2])).toEqual([1, 2, 0, 3, 4, 0, 0, 0, 0]);
  });

  test('its own where windows or ranks differ, or no parent has one', () => {
    expect(inherited([3, 3, 1, 1], [5, 5, 1, 1])).toEqual(Array(9).fill(0));
    expect(inherited([4], [2, 2])).toEqual([0, 0, 0, 0]);
    const layout = layoutOf([slot('b', [1])]);
    expect(inherit(layout, new Map([['b', counting(1)]]), [tensors({ a: [1] })]).get('b')).toEqual(counting(1));
  });

  test('the first fitting parent’s, and statistics come with weights', () => {
    const layout = layoutOf([slot('a', [3, 3, 1, 1])], [slot('mean', [2], false)]);
    const fresh = new Map([
      ['a', new Float32Array(9)],
      ['mean', new Float32Array(2)],
    ]);
    const parents = [tensors({ a: [5, 5, 1, 1] }), tensors({ a: [3, 3, 1, 1], mean: [2] }), tensors({ mean: [1] })];
    const weights = inherit(layout, fresh, parents);
    expect([weights.get('a'), weights.get('mean')]).toEqual([counting(9), counting(2)]);
    // The map that was given is somebody else's.
    expect(fresh.get('a')).toEqual(new Float32Array(9));
  });
});
