import { describe, expect, test } from 'vitest';
import { legendLines, testing } from '../../src/renderer/charts/parts/frame.ts';

const { tooltipBelow } = testing;

describe('the place of a tooltip', () => {
  const viewSize = [600, 300];
  const at = (pointer: readonly number[], contentSize: readonly number[], top = 34): [number, number] =>
    tooltipBelow(top)(pointer, undefined, undefined, undefined, { contentSize, viewSize });

  test('is never over the legend, wherever the pointer is and however tall it is, as long as there is room', () => {
    for (let y = 0; y <= 300; y += 10) {
      for (const height of [40, 120, 260]) {
        const [, above] = at([300, y], [160, height]);
        expect(above).toBeGreaterThanOrEqual(34);
        expect(above + height).toBeLessThanOrEqual(300);
      }
    }
  });

  test('is inside the chart, and not under the pointer', () => {
    for (let x = 0; x <= 600; x += 20) {
      const [left] = at([x, 150], [160, 60]);
      expect(left).toBeGreaterThanOrEqual(0);
      expect(left + 160).toBeLessThanOrEqual(600);
      expect(left > x || left + 160 < x).toBe(true);
    }
  });

  test('begins at the top where it is taller than all that is below the legend', () => {
    expect(at([300, 10], [160, 290])[1]).toBe(10);
    expect(at([300, 10], [160, 400])[1]).toBe(0);
  });
});

test('names of a legend are not parted: what does not fit beside the others begins a line', () => {
  const names = ['ONNX Runtime × 1', 'ONNX Runtime × 32', 'tfjs × 1', 'tfjs × 32'];
  expect([2000, 290, 60].map((pixels) => legendLines(names, pixels))).toEqual([1, 3, 4]);
  expect(legendLines([], 100)).toBe(1);
});
