/** The live claim: what is frozen before the first trial, what a kill leaves, and what the gaps
 * come to by closed forms. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { analyse, analysisText, frontOf, gapOf, searchesOf, studentsOf } from '../../scripts/claim-live/analysis.ts';
import type { Search } from '../../scripts/claim-live/analysis.ts';
import { codeFingerprint, freeze, hashOf, protocolOf } from '../../scripts/claim-live/protocol.ts';
import { readRows, trainingSeedOf } from '../../scripts/claim-live/rows.ts';
import type { TrialRow } from '../../scripts/claim-live/rows.ts';
import { playSearches, trainAgain } from '../../scripts/claim-live/searches.ts';
import type { Field, TrainStudent } from '../../scripts/claim-live/searches.ts';
import { WorkbenchError } from '../../src/core/errors.ts';
import { candidateKey } from '../../src/core/space/candidate-key.ts';
import { studentSpace } from '../../src/core/arch/families/registry.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'live-claim-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const small = (seeds = 2, trials = 3) => protocolOf({ chosen: 'trade', seeds, trials, space: 'compact' });
const file = () => join(folder, 'trainings.jsonl');

describe('the protocol', () => {
  it('is what was promised: four players, eight seeds of sixty, fronts after 24 and 60, wide students', () => {
    const protocol = protocolOf({ chosen: 'trade', seeds: 8, trials: 60, space: 'wide' });
    expect(protocol).toMatchObject({
      players: ['trade', 'gp-ehvi', 'evolution', 'random'],
      readings: [24, 60],
      space: { kind: 'wide', scale: 100_000 },
      fixed: { epochs: 6, params: 100_000, macs: 1_000_000, fresh: 2, limits: 30, margin: 0.0015, level: 0.05 },
    });
    expect(protocol.families).toHaveLength(8);
  });

  it.each([
    ['chosen', { chosen: 'nobody' }],
    ['chosen', { chosen: 'random' }],
    ['space', { space: 'huge' }],
    ['seeds', { seeds: 0 }],
    ['trials', { trials: 2.5 }],
  ])('is refused where %s is none', (field, change) => {
    const make = () => protocolOf({ chosen: 'trade', seeds: 2, trials: 3, space: 'wide', ...change });
    expect(make).toThrow(expect.objectContaining({ place: expect.objectContaining({ field }) }));
  });

  it('is written before the first trial, and nothing goes on under another one or another code', () => {
    const first = hashOf(small(), ['code']);
    const header = freeze(file(), small(), first, '2026-11-29');
    expect(freeze(file(), small(), first, '2026-12-01')).toEqual(header);
    expect(() => freeze(file(), small(), hashOf(small(), ['other code']), '')).toThrow(
      'the code, the data or the teacher',
    );
    expect(() => freeze(file(), small(3), hashOf(small(3), ['code']), '')).toThrow('its protocol is another one');
    expect(readFileSync(file(), 'utf8').trim().split('\n')).toHaveLength(1);
  });

  it('knows its code by every file of it, and by their names', () => {
    const write = (name: string, text: string) => writeFileSync(join(folder, 'src', name), text);
    mkdirSync(join(folder, 'src'));
    const seen = new Set<string>();
    const look = () => seen.add(codeFingerprint(['src'], `${folder}/`));
    write('a.ts', '1');
    look();
    write('b.ts', '');
    look();
    write('b.ts', '2');
    look();
    expect(seen.size).toBe(3);
    look();
    expect(seen.size).toBe(3);
  });
});

describe('the searches', () => {
  const space = studentSpace(['resnet', 'vit'], { inputShape: [28, 28, 1], classes: 10 });
  const protocol = { ...small(), families: ['resnet', 'vit'] };
  /** A student is worth what its key says, and its training what its seed adds. */
  const accuracyOf = (key: string, seed: number) => 0.8 + (key.length % 10) / 100 + (seed % 100) / 1e5;

  function field(train: TrainStudent): Field {
    let clock = 0;
    return { file: file(), protocol, space, baseline: 0.1, train, say: () => undefined, now: () => (clock += 1000) };
  }

  function trainer(dieAfter = Infinity) {
    const calls: { readonly seed: number; readonly tested: boolean }[] = [];
    const train: TrainStudent = async (candidate, { seed, tested }) => {
      if (calls.length >= dieAfter) throw new Error('killed');
      calls.push({ seed, tested });
      const accuracy = accuracyOf(candidateKey(candidate), seed);
      return { validationAccuracy: accuracy, ...(tested && { testAccuracy: accuracy }), seconds: 1 };
    };
    return { train, calls };
  }

  it('train each trial once with a seed of its own, and look at no test image', async () => {
    const { train, calls } = trainer();
    expect(await playSearches(field(train))).toBe(true);
    expect(calls).toHaveLength(4 * 2 * 3);
    expect(new Set(calls.map(({ seed }) => seed)).size).toBe(24);
    expect(calls.some(({ tested }) => tested)).toBe(false);
  });

  // Params alone let every search train students of five million MACs.
  it('train nobody beyond a limit', async () => {
    const narrow = { ...protocol, fixed: { ...protocol.fixed, params: 20_000, macs: 200_000 } };
    await playSearches({ ...field(trainer().train), protocol: narrow });
    const rows = [...readRows(file()).trials.values()];
    expect(rows).toHaveLength(24);
    expect(Math.max(...rows.map(({ params }) => params))).toBeLessThanOrEqual(20_000);
    expect(Math.max(...rows.map(({ macs }) => macs))).toBeLessThanOrEqual(200_000);
  });

  it('go on after a kill in the middle to the very rows that they would have had', async () => {
    await playSearches(field(trainer().train));
    const whole = [...readRows(file()).trials].sort();
    rmSync(file());
    for (const dieAfter of [7, 5]) await expect(playSearches(field(trainer(dieAfter).train))).rejects.toThrow('killed');
    // A torn line is none.
    writeFileSync(file(), `${readFileSync(file(), 'utf8')}\n{"id":"random/2/`);
    const { train, calls } = trainer();
    await playSearches(field(train));
    expect(calls).toHaveLength(24 - 12);
    expect([...readRows(file()).trials].sort()).toEqual(whole);
  });

  it('notice when a strategy proposes another student than was recorded', async () => {
    await playSearches(field(trainer().train));
    const [, one = '', ...rest] = readFileSync(file(), 'utf8').split('\n');
    const row: TrialRow = JSON.parse(one);
    const other = { ...row, candidate: { family: 'vit', config: { depth: 99 } } };
    writeFileSync(file(), ['', JSON.stringify(other), ...rest].join('\n'));
    await expect(playSearches(field(trainer().train))).rejects.toThrow('proposes another student than it did');
  });

  it('tell of a training that ran astray, and do not train it again', async () => {
    let count = 0;
    const train: TrainStudent = async () => {
      count += 1;
      if (count === 2) throw new WorkbenchError('trainer.failed', 'loss is NaN');
      return { validationAccuracy: 0.8, seconds: 1 };
    };
    await playSearches(field(train));
    expect([...readRows(file()).trials.values()].filter(({ failed }) => failed === 'loss is NaN')).toHaveLength(1);
    await playSearches(field(train));
    expect(count).toBe(24);
  });

  it('train the students of the fronts again, each twice with fresh seeds, and test those alone', async () => {
    await playSearches(field(trainer().train));
    const rows = readRows(file());
    const searched = new Set([...rows.trials.values()].map(({ trainingSeed }) => trainingSeed));
    const { train, calls } = trainer();
    await trainAgain(field(train));
    expect(calls).toHaveLength(2 * studentsOf(protocol, rows).size);
    expect(calls.every(({ seed, tested }) => tested && !searched.has(seed))).toBe(true);
    await trainAgain(field(train));
    expect(calls).toHaveLength(2 * studentsOf(protocol, rows).size);
    const all = searchesOf(protocol, readRows(file()));
    expect(all).toHaveLength(4 * 2);
    const header = { id: 'protocol', protocol, hash: 'abc', date: '2026-11-29' } as const;
    expect(analysisText(header, readRows(file()))).toContain('8 of 8 fronts are measured');
  });

  it('have seeds that follow from the place alone', () => {
    expect(trainingSeedOf('trade/1/0')).toBe(trainingSeedOf('trade/1/0'));
    expect(trainingSeedOf('trade/1/0')).not.toBe(trainingSeedOf('trade/1/1'));
  });
});

describe('the analysis', () => {
  const protocol = { ...small(8, 24), readings: [24] };
  const students = (gap: number) => [
    { params: 10_000, told: 0.8, score: 0.85 - gap / 100 },
    { params: 100_000, told: 0.9, score: 0.9 - gap / 100 },
  ];
  /** Every front falls short of the best by so many points, at every limit. */
  const searches = (gaps: Readonly<Record<string, (seed: number) => number>>): readonly Search[] =>
    Object.entries(gaps).flatMap(([player, gap]) =>
      Array.from({ length: 8 }, (_, i) => ({ player, seed: i + 1, count: 24, front: students(gap(i + 1)) })),
    );

  it('is of the front by validation alone', () => {
    const row = (params: number, validationAccuracy?: number): TrialRow => ({
      ...{ id: `${params}`, player: 'trade', seed: 1, trial: 0, candidate: { family: 'vit', config: {} } },
      ...{ params, macs: 1, trainingSeed: 1, seconds: 1, ...(validationAccuracy && { validationAccuracy }) },
    });
    const rows = [row(10, 0.5), row(20, 0.4), row(30), row(40, 0.6), row(5, 0.7)];
    expect(frontOf(rows, 4).map(({ params }) => params)).toEqual([10, 40]);
    expect(frontOf(rows, 5).map(({ params }) => params)).toEqual([5]);
  });

  it('has the gap in points to the best that anybody has within a limit', () => {
    expect(gapOf(students(1), students(0), [10_000, 50_000, 100_000])).toBeCloseTo(1, 10);
    // The union takes its students by worth: what was told to be better and is not counts nothing.
    const misled = [...students(0), { params: 9000, told: 0.99, score: 0.1 }];
    expect(gapOf(students(0), misled, [10_000, 100_000])).toBeCloseTo(0, 10);
    // One that is misled itself falls short.
    expect(gapOf(misled, students(0), [10_000, 100_000])).toBeCloseTo((75 + 80) / 2, 10);
  });

  it('calls better what is ahead in all eight seeds: p 2/256, corrected over the two rivals', () => {
    const { better, equal } = analyse(
      protocol,
      searches({ trade: () => 0.1, 'gp-ehvi': () => 0.2, evolution: () => 1, random: (seed) => (seed % 2 ? 0 : 0.2) }),
    );
    const [evolution, random] = better;
    expect(evolution).toMatchObject({ rival: 'evolution', verdict: 'better' });
    expect(evolution?.mean).toBeCloseTo(-0.9, 10);
    expect(evolution?.p).toBeCloseTo((2 * 2) / 256, 12);
    expect(random).toMatchObject({ verdict: 'not shown' });
    // .1 points apart in every seed: within .15, at the least p there is.
    expect(equal[0]).toMatchObject({ verdict: 'level', p: 1 / 256 });
  });

  it('calls nothing level that is further apart than the margin, or of too few seeds', () => {
    const level = (apart: number, seeds: number) => {
      const all = searches({ trade: () => apart, 'gp-ehvi': () => 0, evolution: () => 1, random: () => 1 });
      return analyse(
        protocol,
        all.filter(({ seed }) => seed <= seeds),
      ).equal[0]?.verdict;
    };
    expect(level(0.16, 8)).toBe('not shown');
    expect(level(0.14, 8)).toBe('level');
    expect(level(0.14, 4)).toBe('not shown');
    expect(level(0.14, 5)).toBe('level');
  });
});
