import * as echarts from 'echarts';
import { describe, expect, test } from 'vitest';
import { finishingOrder, frontPoints } from '../../src/renderer/charts/front/points.ts';
import { curvesChart, testing } from '../../src/renderer/charts/curves.ts';
import { studentFamilyNames } from '../../src/core/arch/families/registry.ts';
import { familyMark, markOf } from '../../src/renderer/charts/chart.ts';
import { fixtureRun, fixtureTeacher } from '../support/gallery/fixtures.ts';
import { galleryCharts } from '../support/gallery/gallery-charts.ts';
import { svgOf } from '../support/gallery/svg-of.ts';

const { smooth } = testing;

describe.each(['light', 'dark'] as const)('charts in %s', (theme) => {
  test.each(galleryCharts(theme).map((chart) => [chart.name, chart] as const))(
    '%s is drawn as before',
    async (name, chart) => {
      await expect(svgOf(chart.view)).toMatchFileSnapshot(`./snapshots/${name}-${theme}.svg`);
    },
  );
});

describe('charts without a picture', () => {
  test.each(galleryCharts('light').map((chart) => [chart.name, chart.view] as const))(
    '%s says what it shows, and its table is rectangular',
    (_name, view) => {
      expect(view.summary).toMatch(/\w.*\.$/);
      expect(view.table.rows.every((row) => row.length === view.table.columns.length)).toBe(true);
    },
  );
});

describe('the mark of a family', () => {
  test.each(['light', 'dark'] as const)('differs from all others in colour and in symbol, in %s', (theme) => {
    const families = [...studentFamilyNames(), 'one that is no longer there'];
    const marks = families.map((family) => familyMark(family, theme));
    expect(new Set(marks.map(({ color }) => color)).size).toBe(families.length);
    expect(new Set(marks.map(({ symbol }) => symbol)).size).toBe(families.length);
  });
});

describe('the mark of a strategy', () => {
  test.each(['light', 'dark'] as const)('differs from all others in colour and in symbol, of twelve in %s', (theme) => {
    const marks = Array.from({ length: 12 }, (_, place) => markOf(place, theme));
    expect(new Set(marks.map(({ color }) => color)).size).toBe(12);
    expect(new Set(marks.map(({ symbol }) => symbol)).size).toBe(12);
  });

  test.each(['light', 'dark'] as const)('is one of its own where there are more than colours, in %s', (theme) => {
    const marks = Array.from({ length: 100 }, (_, place) => markOf(place, theme));
    expect(new Set(marks.map(({ color, symbol }) => `${color} ${symbol}`)).size).toBe(100);
  });
});

describe('the points of the front', () => {
  const { trials } = fixtureRun({ id: 'f', name: 'f', state: 'finished', budget: 60, done: 60, seed: 2 });
  const limits = [{ metric: 'macs', max: 1_500_000 }];
  const plane = { x: 'params', y: 'accuracy', limits } as const;
  const points = frontPoints(trials, plane);
  const front = points.filter(({ place }) => place === 'front');

  test('a student over the limit is never on the front, however accurate', () => {
    expect(points.filter(({ trial }) => trial.macs > 1_500_000).every(({ place }) => place === 'infeasible')).toBe(
      true,
    );
    expect(points.some(({ place }) => place === 'infeasible')).toBe(true);
  });

  test('the front rises in cost and accuracy, and nothing feasible lies above it', () => {
    for (const [index, point] of front.entries()) {
      const next = front[index + 1];
      if (next) expect(next.y).toBeGreaterThan(point.y);
      const better = points.filter((other) => other.place !== 'infeasible' && other.x <= point.x && other.y > point.y);
      expect(better).toEqual([]);
    }
  });

  test('there is one knee, and it is on the front', () => {
    expect(points.filter(({ isKnee }) => isKnee).map(({ place }) => place)).toEqual(['front']);
  });

  test('a NaN accuracy is no point at all', () => {
    const broken = trials.map((trial) => ({ ...trial, metrics: { accuracy: NaN } }));
    expect(frontPoints(broken, plane)).toEqual([]);
  });

  test('an earlier front is that of the students finished by then, whatever their numbers', () => {
    const first = finishingOrder(trials).slice(0, 12);
    const earlier = frontPoints(trials, plane, 12);
    const alone = frontPoints(first, plane);
    const onFront = (some: typeof points) => some.filter(({ place }) => place === 'front').map(({ trial }) => trial.id);
    expect(onFront(earlier)).toEqual(onFront(alone));
    expect(earlier.filter(({ place }) => place === 'later')).toHaveLength(points.length - 12);
  });

  test('with the axes exchanged the same students are on the front', () => {
    const swapped = frontPoints(trials, { x: 'accuracy', y: 'params', limits });
    const ids = (some: typeof points) => some.filter(({ place }) => place === 'front').map(({ trial }) => trial.id);
    expect(ids(swapped)).toEqual(ids(points));
  });
});

describe("the teacher's line", () => {
  test('stands where the teacher stands, not at the next whole point of accuracy', () => {
    const view = galleryCharts('light').find(({ name }) => name === 'front-params')!.view; // it is in the gallery
    const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: 640, height: 360 });
    chart.setOption(view.option);
    const drawn = /<path d="M[\d.]+ ([\d.]+)L[^>]*stroke-dasharray/.exec(chart.renderToSVGString())?.[1];
    const meant = chart.convertToPixel({ yAxisIndex: 0 }, fixtureTeacher.validationAccuracy);
    chart.dispose();
    expect(Math.abs(Number(drawn) - meant)).toBeLessThan(1);
  });
});

describe("the teacher's line among curves", () => {
  test.each([0.5, 0.94])('is in the picture, though no curve comes near it: of curves around %d', (level) => {
    const points = [1, 2, 3].map((epoch) => ({
      ...{ epoch, trainLoss: 1, validationLoss: 1, learningRate: 0.1, seconds: 1 },
      validationAccuracy: level + 0.01 * epoch,
    }));
    const curves = [{ id: 'a', title: 'A', points }];
    const view = curvesChart({ curves, metric: 'validationAccuracy', smoothing: 0, teacherAccuracy: 0.9442 }, 'light');
    const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: 640, height: 360 });
    chart.setOption(view.option);
    expect(chart.renderToSVGString()).toContain('>teacher</text>');
    expect(chart.convertToPixel({ yAxisIndex: 0 }, 0.9442)).toBeGreaterThanOrEqual(30);
    chart.dispose();
  });
});

describe('smoothing', () => {
  test('keeps a constant constant from its first point on (the start is corrected)', () => {
    for (const value of smooth([0.5, 0.5, 0.5, 0.5], 0.9)) expect(value).toBeCloseTo(0.5, 12);
  });

  test('leaves the line alone without weight, and passes over a NaN', () => {
    expect(smooth([1, 2, 3], 0)).toEqual([1, 2, 3]);
    const [first, gap, last] = smooth([1, NaN, 1], 0.5);
    expect([first, gap, last]).toEqual([1, NaN, 1]);
  });
});

describe('a smoothed curve', () => {
  const curveOf = (accuracies: readonly number[]) => ({
    ...{ id: 'a', title: 'A' },
    points: accuracies.map((validationAccuracy, index) => ({
      ...{ epoch: index + 1, trainLoss: 1, validationLoss: 1, validationAccuracy, learningRate: 0.1, seconds: 1 },
    })),
  });
  const drawn = (accuracies: readonly number[]): readonly number[] => {
    const { option } = curvesChart(
      { curves: [curveOf(accuracies)], metric: 'validationAccuracy', smoothing: 0.9 },
      'light',
    );
    const main = [option.series ?? []].flat().find(({ id }) => id === 'a-main');
    // as curvesChart writes them
    return (main?.data as readonly (readonly [number, number])[]).map(([, value]) => value);
  };
  const rising = (epochs: number): readonly number[] =>
    Array.from({ length: epochs }, (_, at) => 0.5 + (0.4 * at) / epochs);

  test('of few epochs is drawn as it is: it ends at its last value', () => {
    for (const epochs of [1, 3, 12, 19]) expect(drawn(rising(epochs))).toEqual(rising(epochs));
  });

  test('of many stays within its values', () => {
    const wild = Array.from({ length: 40 }, (_, at) => (at % 3 === 0 ? 0.2 : 0.9));
    expect(drawn(wild)).not.toEqual(wild);
    expect(Math.min(...drawn(wild))).toBeGreaterThanOrEqual(0.2);
    expect(Math.max(...drawn(wild))).toBeLessThanOrEqual(0.9);
  });
});

describe('curves of equal values', () => {
  test('have an axis around them: what smoothing leaves of the last digit is no slope', () => {
    const points = [1, 2, 3].map((epoch) => ({
      ...{ epoch, trainLoss: 1, validationLoss: 1, validationAccuracy: 0.8, learningRate: 0.1, seconds: 1 },
    }));
    const input = { curves: [{ id: 'a', title: 'A', points }], metric: 'validationAccuracy', smoothing: 0.4 } as const;
    expect(curvesChart(input, 'light').option.yAxis).toMatchObject({
      min: expect.closeTo(0.75),
      max: expect.closeTo(0.85),
    });
  });
});
