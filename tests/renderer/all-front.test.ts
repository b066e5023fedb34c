/** Fronts of thousands of students: nobody may be lost between clouds and marks, nor be somebody
 * else when clicked. */
import * as echarts from 'echarts';
import type { EChartsOption, ScatterSeriesOption } from 'echarts';
import { describe, expect, test } from 'vitest';
import type { Trial } from '../../src/core/records/trial.ts';
import { allFrontChart, cloudIds, frontIndices, studentAt } from '../../src/renderer/charts/front/all-front.ts';
import { frontChart } from '../../src/renderer/charts/front/front.ts';
import type { FrontInput } from '../../src/renderer/charts/front/input.ts';
import { fixtureRun } from '../support/gallery/fixtures.ts';
import { fixtureFrontPoints } from '../support/gallery/front-fixtures.ts';

const titles = { familyTitle: (name: string) => name.toUpperCase(), dimensionTitle: (_: string, name: string) => name };
const runs = [1, 2, 3].map((seed) =>
  fixtureRun({ id: `r${seed}`, name: `Run ${seed}`, state: 'finished', budget: 40, done: 40, seed }),
);
const points = fixtureFrontPoints(runs);

function scattersOf(option: EChartsOption): readonly ScatterSeriesOption[] {
  const series = Array.isArray(option.series) ? option.series : [];
  return series.filter((one): one is ScatterSeriesOption => one.type === 'scatter');
}

/** Where a flat array has its n-th point. */
function flatOf({ data }: ScatterSeriesOption): readonly (readonly [number, number])[] {
  if (!(data instanceof Float64Array)) throw new TypeError('a cloud has a flat array');
  return Array.from({ length: data.length / 2 }, (_, index) => [data[2 * index] ?? NaN, data[2 * index + 1] ?? NaN]);
}

describe('the front over many runs', () => {
  const front = frontIndices(points, 'macs');
  const view = allFrontChart({ points, cost: 'macs', titles }, front, 'light');
  const ids = cloudIds(points);

  test('has every student in a cloud, and a click on it means that student', () => {
    const clouds = scattersOf(view.option).filter(({ id }) => String(id).startsWith('cloud-'));
    const seen = clouds.flatMap((cloud) =>
      flatOf(cloud).map((place, index) => {
        const id = ids.get(String(cloud.id))?.(index) ?? '';
        const student = studentAt(points, points.ids.indexOf(id));
        expect([student?.macs, student?.accuracy]).toEqual(place);
        return id;
      }),
    );
    expect([...seen].sort()).toEqual([...points.ids].sort());
  });

  test('says whose the front is, and lists it in its table with the runs', () => {
    expect(view.summary).toMatch(
      new RegExp(`^${front.length} students of ${points.ids.length} on the front, from \\d run`),
    );
    expect(view.table.rows).toHaveLength(front.length);
    expect(view.table.rows.map(([id]) => id)).toEqual(front.map((index) => points.ids[index]));
  });

  test('is drawn: a large series of a flat array on a logarithmic axis', () => {
    const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: 640, height: 360 });
    chart.setOption(view.option);
    expect(chart.renderToSVGString()).toContain('Front');
    expect(chart.convertToPixel({ gridIndex: 0 }, [points.macs[0] ?? NaN, points.accuracy[0] ?? NaN])).toEqual([
      expect.any(Number),
      expect.any(Number),
    ]);
    chart.dispose();
  });

  test('of no measured student says so', () => {
    const none = fixtureFrontPoints([]);
    expect(allFrontChart({ points: none, cost: 'params', titles }, [], 'dark').summary).toMatch(/No student/);
  });
});

describe('the front of a long run', () => {
  const template = runs[0]?.trials[0] as Trial; // it has 40
  const trials = Array.from({ length: 3000 }, (_, number) => ({
    ...template,
    id: `t-${number}`,
    number,
    state: 'finished' as const,
    candidate: { ...template.candidate, family: number % 2 ? 'resnet' : 'vit' },
    params: 1000 + number,
    metrics: { accuracy: 0.5 + ((number * 7919) % 3000) / 10_000 },
  }));
  const input: FrontInput = {
    ...{ trials, x: 'params', y: 'accuracy', titles },
    limits: [{ metric: 'params', max: 3900 }],
    ...{ selected: 't-5', pinned: ['t-6'], brushed: new Set(['t-7', 't-8']) },
  };

  test.each([undefined, 'macs'] as const)('has each student once, as a mark or in a cloud (colour by %s)', (colour) => {
    const view = frontChart({ ...input, colour }, 'light');
    const scatters = scattersOf(view.option).filter(({ id }) => /^(cloud|family)-/.test(String(id)));
    const clouds = scatters.filter(({ data }) => data instanceof Float64Array);
    const inClouds = clouds.flatMap((cloud) =>
      flatOf(cloud).map(([params], index) => {
        const id = view.datumIds?.get(String(cloud.id))?.(index);
        expect(id).toBe(`t-${params - 1000}`);
        return id;
      }),
    );
    const marks = scatters.flatMap(({ data }) =>
      Array.isArray(data) ? data.map((one) => (one as { readonly id: string }).id) : [],
    );
    expect([...inClouds, ...marks].sort()).toEqual(trials.map(({ id }) => id).sort());
    // What a person has marked stays a mark, with its ring.
    expect(marks).toEqual(expect.arrayContaining(['t-5', 't-6', 't-7', 't-8']));
    expect(marks.length).toBeLessThan(100);
  });

  test('of few students has no clouds: each is a mark of its family', () => {
    const view = frontChart({ ...input, trials: trials.slice(0, 50) }, 'light');
    expect(scattersOf(view.option).some(({ data }) => data instanceof Float64Array)).toBe(false);
  });
});
