/** What the trial table shows in little room: widths of its columns, and configurations in
 * short. */
import { createPinia, setActivePinia } from 'pinia';
import { describe, expect, test, vi } from 'vitest';
import { effectScope, shallowRef } from 'vue';
import type { Configuration, Role } from '../../src/core/space/space.ts';
import type { Trial } from '../../src/core/records/trial.ts';
import { testing } from '../../src/renderer/components/rows/use-column-widths.ts';
import { testing as kept } from '../../src/renderer/stores/kept.ts';
import { findTrials, rowTexts } from '../../src/renderer/run/trials/trial-order.ts';
import { fixtureRun } from '../support/gallery/fixtures.ts';
import { differingDimensions, isSameDiffering, shortConfig } from '../../src/renderer/run/trials/short-config.ts';
import {
  fittedColumns,
  readWishes,
  shownColumns,
  TRIAL_ROW,
  trialColumns,
} from '../../src/renderer/run/trials/trial-columns.ts';
import { useRowTexts } from '../../src/renderer/run/trials/use-row-texts.ts';
import { useChosenRows } from '../../src/renderer/run/trials/use-chosen-rows.ts';
import { textMeasure } from '../../src/renderer/components/rows/text-width.ts';

const { leastWidth } = testing;
const readWidths = (text: string) => testing.readWidths(kept.parsed(text));

const { trials } = fixtureRun({ id: 'f', name: 'f', state: 'finished', budget: 24, done: 24, seed: 2 });
const titles = { familyTitle: (name: string) => name, dimensionTitle: (_: string, name: string) => `the ${name}` };
const ROLES: Readonly<Record<string, Role>> = { width1: 'width', width2: 'width', blocks: 'depth', kernel: 'kernel' };
const names = { ...titles, dimensionRole: (_: string, name: string): Role => ROLES[name] ?? 'other' };
const student = (family: string, config: Configuration): Trial => ({ ...trials[0]!, candidate: { family, config } });

describe('widths of columns', () => {
  test('the table needs no sideways scrolling at 1280 pixels, beside the rail and the margins', () => {
    const shown = shownColumns(trialColumns(titles), trials).filter(({ id }) => id !== 'latency');
    const fitted = fittedColumns(shown, trials, textMeasure());
    expect(leastWidth(fitted, TRIAL_ROW)).toBeLessThanOrEqual(1280 - 196 - 34);
  });

  test('are those of what the rows say, and only ever grow while the table is there', () => {
    const columns = trialColumns({ ...titles, familyTitle: () => 'A family of a long name' });
    const measure = (text: string): number => 10 * text.length;
    const widthOf = (some: readonly Trial[], before?: typeof columns): number =>
      fittedColumns(columns, some, measure, before).find(({ id }) => id === 'params')?.width ?? NaN;
    const [small, large] = [999, 123_456].map((params) => [{ ...trials[0]!, params }]);
    // Of `123 k`, and of the title with its arrow, which is longer.
    expect(widthOf(large!)).toBe(10 * 'Params ↑'.length + 4);
    const wide = fittedColumns(columns, [{ ...trials[0]!, params: NaN }], (text) => 20 * text.length);
    expect(widthOf(small!, wide)).toBe(20 * 'Params ↑'.length + 4);
    const days = [{ ...trials[0]!, seconds: 23 * 3600 + 59 * 60 }];
    const time = fittedColumns(columns, days, measure).find(({ id }) => id === 'seconds');
    expect(time?.width).toBe(10 * '23 h 59 min'.length + 4);
    const family = fittedColumns(columns, large!, measure).find(({ id }) => id === 'family');
    expect(family?.width, 'no name takes the table').toBe(200);
  });

  test('columns that are asked for come, those that are not wanted go, whatever else was kept', () => {
    const ids = (wishes: unknown): readonly string[] =>
      shownColumns(trialColumns(titles), trials, readWishes(wishes)).map(({ id }) => id);
    expect(ids({})).not.toContain('seed');
    expect(ids({ seed: true, macs: false })).toContain('seed');
    expect(ids({ seed: true, macs: false })).not.toContain('macs');
    for (const stored of [null, 'x', { macs: 'no' }]) expect(ids(stored)).toEqual(ids({}));
  });

  test('a row is found by being on the front, whether the column is shown or not', () => {
    const columns = trialColumns(titles, () => new Set([trials[1]!.id]));
    const textOf = rowTexts(columns);
    expect(findTrials(trials, 'front', textOf).map(({ id }) => id)).toEqual([trials[1]!.id]);
  });

  test('of a damaged or foreign text are those of the beginning: no column of no width', () => {
    expect(readWidths('{"why": 200, "a": -1, "b": "wide", "c": 1e9, "d": null}')).toEqual({ why: 200 });
    for (const text of ['', 'null', '[', '7', '"x"']) expect(readWidths(text)).toEqual({});
  });
});

describe('a configuration in short', () => {
  const some = [
    student('f', { width1: 4, width2: 8, blocks: 1, kernel: 3, activation: 'swish', ratio: 0 }),
    student('f', { width1: 4, width2: 16, blocks: 1, kernel: 5, activation: 'hardSwish', ratio: 0.25 }),
    student('g', { width1: 4 }),
  ];
  const differing = differingDimensions(some);
  const short = (trial: Trial, isNarrow: boolean): string => shortConfig(trial.candidate, differing, names, isNarrow);

  test('leaves out what all students of the family share, and keeps the places of what stands together', () => {
    expect(short(some[0]!, true)).toBe('w4/8 k3 swish the ratio 0');
    expect(short(some[1]!, false)).toBe('Width 4/16 · Kernel 5 · hardSwish · the ratio 0.25');
  });

  test('of a family with one student is all of it: nothing to differ from is not nothing to say', () => {
    expect(short(some[2]!, true)).toBe('w4');
  });

  test('of equal students is all of it', () => {
    const equal = differingDimensions([some[0]!, some[0]!]);
    expect(shortConfig(some[0]!.candidate, equal, names, true)).toContain('w4/8 d1 k3');
  });

  test('counts a dimension that some students lack as one that differs', () => {
    const gated = differingDimensions([student('f', { blocks: 1 }), student('f', { blocks: 1, kernel: 3 })]);
    expect([...(gated.get('f') ?? [])]).toEqual(['kernel']);
  });

  test('is told anew only when another dimension differs', () => {
    expect(isSameDiffering(differing, differingDimensions([...some, some[0]!]))).toBe(true);
    const more = differingDimensions([...some, student('g', { width1: 8 }), student('f', { blocks: 2 })]);
    expect(isSameDiffering(differing, more)).toBe(false);
  });
});

test('Shift selects from the row that was clicked last, in the order of the table, and lets go the same way', () => {
  setActivePinia(createPinia());
  const { chosen, choose } = useChosenRows(
    () => 'run',
    () => ['d', 'a', 'c', 'b'],
  );
  choose('b', true);
  expect([...chosen.value], 'nothing was clicked before').toEqual(['b']);
  choose('a', true);
  expect([...chosen.value].sort()).toEqual(['a', 'b', 'c']);
  choose('c', false);
  choose('b', true);
  expect([...chosen.value]).toEqual(['a']);
});

test('who is on the front is looked for as it is now, not as it was when a row was first read', () => {
  // A search for "front" in a live run found students that another one had beaten since.
  setActivePinia(createPinia());
  vi.stubGlobal('requestIdleCallback', () => 0);
  vi.stubGlobal('cancelIdleCallback', () => undefined);
  const front = shallowRef<ReadonlySet<string>>(new Set([trials[0]!.id]));
  const columns = trialColumns(titles, () => front.value);
  const scope = effectScope();
  const textOf = scope.run(() =>
    useRowTexts(
      columns,
      () => trials,
      () => front.value,
    ),
  )!; // an open scope runs
  const found = (): readonly string[] => findTrials(trials, 'front', textOf.value).map(({ id }) => id);
  expect(found()).toEqual([trials[0]!.id]);
  front.value = new Set([trials[2]!.id]);
  expect(found()).toEqual([trials[2]!.id]);
  scope.stop();
  vi.unstubAllGlobals();
});
