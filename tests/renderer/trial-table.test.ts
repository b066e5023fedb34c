/** What the trial table shows in little room: widths of its columns, and configurations in
 * short. */
import { describe, expect, test } from 'vitest';
import type { Configuration, Role } from '../../src/core/space/space.ts';
import type { Trial } from '../../src/core/records/trial.ts';
import { testing } from '../../src/renderer/components/rows/use-column-widths.ts';
import { testing as kept } from '../../src/renderer/stores/kept.ts';
import { fixtureRun } from '../support/gallery/fixtures.ts';
import { differingDimensions, isSameDiffering, shortConfig } from '../../src/renderer/run/trials/short-config.ts';
import { shownColumns, TRIAL_ROW, trialColumns } from '../../src/renderer/run/trials/trial-columns.ts';

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
    expect(leastWidth(shown, TRIAL_ROW)).toBeLessThanOrEqual(1280 - 196 - 34);
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
