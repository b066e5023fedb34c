/** The claim's protocol: what a search may see, what its choice is worth, what is played once, what
 * is tested. */
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openBook, playOrder } from '../../scripts/claim/games.ts';
import type { GameRecord } from '../../scripts/claim/games.ts';
import { playMissing } from '../../scripts/claim/play.ts';
import { createPool, openGame } from '../../scripts/claim/pool.ts';
import { gainsOver, smallerOf, trainPredefined } from '../../scripts/claim/predefined.ts';
import { replayInputSchema } from '../../src/bridge/schemas/replay.ts';
import type { RunTrade } from '../../scripts/study/by-product.ts';
import { secondPlan, secondStudents } from '../../scripts/claim/second/plan.ts';
import { prepare, recordSecond } from '../../scripts/claim/second/record.ts';
import { secondTable } from '../../scripts/claim/second/table.ts';
import { openRows } from '../../scripts/record-table/rows.ts';
import { MOST_PARAMS } from '../../scripts/record-table/students.ts';
import { hypervolume } from '../../src/core/geometry/hypervolume.ts';
import { header, trainingRow } from './record-table-rows.ts';
import { BUDGET, CHOSEN, LEAST_POOL, PLAYERS, RIVALS, SEEDS } from '../../scripts/claim/protocol.ts';
import { chosenShares, shareWithin, trainingSeconds, wholeVolume } from '../../scripts/claim/scores.ts';
import { createStudies, ordersOf } from '../../scripts/claim/study.ts';
import type { Studies } from '../../scripts/claim/study.ts';
import { claimTable, family, sampleTable, students } from './claim-table.ts';

const folder = mkdtempSync(join(tmpdir(), 'claim-'));
afterAll(() => rmSync(folder, { recursive: true }));

const NONE = { search: 'accuracy', scores: ['testAccuracySeed2'], references: 'none' } as const;

describe('a pool', () => {
  it('shows a search its own accuracy and params alone: a look at the test images would prove nothing', () => {
    const pool = createPool(sampleTable(), NONE);
    const game = openGame(pool, 1);
    const [one] = game.problem.space.families;
    const candidate = { family: one?.name ?? '', config: one?.pool?.[0] ?? {} };
    expect(Object.keys(game.answer(candidate, 0, 1)).sort()).toEqual(['accuracy', 'params']);
    expect(game.problem.objectives.map(({ metric }) => metric)).toEqual(['accuracy', 'params']);
    expect(game.problem.reference).toEqual({ accuracy: 0.5, params: 100 });
  });

  it('has the students alone of whom all is recorded, and those whose training failed where they are to count', () => {
    const table = claimTable([
      family('conv', [
        { accuracy: 0.8, params: 3, testAccuracySeed2: 0.8 },
        { accuracy: 0.8, params: 4, testAccuracySeed2: NaN },
        { accuracy: NaN, params: 5, testAccuracySeed2: NaN },
      ]),
      family('none', [{ accuracy: 0.8, params: 4, testAccuracySeed2: NaN }]),
    ]);
    const params = (keepFailed: boolean) =>
      createPool(table, { ...NONE, keepFailed }).students.map(({ metrics }) => metrics['params']);
    expect(params(true)).toEqual([3, 5]);
    expect(params(false)).toEqual([3]);
    // A family without a student left is none: a strategy would owe it trainings.
    expect(createPool(table, NONE).table.families.map(({ name }) => name)).toEqual(['conv']);
  });

  it('leaves half of it untrained, and no search more than the protocol allows', () => {
    expect(createPool(claimTable([family('conv', students(41, 0.9))]), NONE).budget).toBe(20);
    expect(createPool(claimTable([family('conv', students(400, 0.9))]), NONE).budget).toBe(100);
  });

  it('is another one where a search is told something else, and the same where only scores or times were added', () => {
    const { fingerprint } = createPool(sampleTable(), NONE);
    const changed = (metric: string) => {
      const { families, ...rest } = sampleTable();
      const [first, ...others] = families;
      const [row, ...rows] = first?.rows ?? [];
      const metrics = { ...row?.metrics, [metric]: 0.123 };
      const renewed = { ...first!, rows: [{ ...row!, metrics }, ...rows] };
      return createPool({ ...rest, families: [renewed, ...others] }, NONE).fingerprint;
    };
    expect(changed('accuracy')).not.toBe(fingerprint);
    expect(changed('latencyMs')).toBe(fingerprint);
    expect(changed('testAccuracySeed2')).toBe(fingerprint);
    expect(createPool(sampleTable(), { ...NONE, references: 'all' }).fingerprint).not.toBe(fingerprint);
    expect(createPool(sampleTable(), { ...NONE, search: 'plainAccuracy' }).fingerprint).not.toBe(fingerprint);
  });

  it('gives every family its own reference student first, to all players or to none', () => {
    for (const references of ['all', 'none'] as const) {
      const pool = createPool(sampleTable(), { ...NONE, references });
      for (const player of PLAYERS) {
        const { trained } = playOrder({ pool, player, seed: 2 }, 'code', () => 0);
        const first = trained.slice(0, 2).map((place) => pool.students[place]?.metrics['referenceScale']);
        expect(first.every((scale) => scale === 1)).toBe(references === 'all');
      }
    }
  });
});

describe('a score', () => {
  // Validation and test disagree about the largest student.
  const table = claimTable([
    family('conv', [
      { accuracy: 0.7, params: 20, testAccuracySeed2: 0.7, cpuSeconds: 2 },
      { accuracy: 0.8, params: 60, testAccuracySeed2: 0.9, cpuSeconds: 4 },
      { accuracy: 0.9, params: 60, testAccuracySeed2: 0.6, cpuSeconds: NaN },
      { accuracy: NaN, params: 10, testAccuracySeed2: NaN, cpuSeconds: 1 },
    ]),
  ]);
  const pool = createPool(table, { ...NONE, keepFailed: true });

  it("is that of the choice by validation on the other seed's test images: it falls where validation misleads", () => {
    // Rectangles to the reference (0.5, 100): 0.2 x 80 alone; with (60, 0.9) another 0.2 x 40; (60,
    // 0.6) adds nothing.
    const whole = 0.2 * 80 + 0.2 * 40;
    expect(wholeVolume(pool, 'testAccuracySeed2')).toBeCloseTo(whole, 12);
    const shares = chosenShares(pool, [3, 0, 1, 2], 'testAccuracySeed2', whole);
    const expected = [0, 16 / whole, 1, 16 / whole];
    shares.forEach((share, index) => expect(share).toBeCloseTo(expected[index] ?? NaN, 12));
  });

  it('is worth the same however the trainings are ordered', () => {
    const big = createPool(sampleTable(), NONE);
    const all = big.students.map((_, place) => place);
    const whole = wholeVolume(big, 'testAccuracySeed2');
    const orders = [all, [...all].reverse()];
    const [left, right] = orders.map((order) => chosenShares(big, order, 'testAccuracySeed2', whole).at(-1));
    expect(left).toBeCloseTo(right ?? NaN, 12);
    // Nobody passes who knew the test images.
    expect(left).toBeLessThanOrEqual(1);
    const { students: own } = big;
    const metrics = own.map((student) => ({
      ...student.metrics,
      accuracy: student.metrics['testAccuracySeed2'] ?? NaN,
    }));
    const { objectives, reference } = sampleTable();
    expect(whole).toBeCloseTo(hypervolume(metrics, objectives, reference), 12);
  });

  it('counts what was finished within the time, with the mean for a training that told none', () => {
    const seconds = trainingSeconds(pool, [0, 1, 2]);
    expect(seconds).toEqual([2, 4, (2 + 4 + 1) / 3]);
    const within = (most: number) => shareWithin([0.1, 0.2, 0.15], seconds, most);
    expect([1.9, 2, 5.9, 6, 100].map(within)).toEqual([0, 0.1, 0.1, 0.2, 0.15]);
  });
});

describe('the predefined students', () => {
  const scaled = (params: number, accuracy: number, referenceScale = NaN) => {
    return { accuracy, params, testAccuracySeed2: accuracy - 0.1, referenceScale };
  };
  const rows = [scaled(10, 0.7, 0.5), scaled(20, 0.8, 1), scaled(9, 0.72), scaled(15, 0.75), scaled(21, 0.95)];
  const pool = createPool(claimTable([family('conv', rows)]), NONE);

  it('are trained in an order by chance, as many as the budget allows, and nothing else', () => {
    const wide = createPool(sampleTable(), NONE);
    const orders = SEEDS.map((seed) => trainPredefined(wide, seed));
    const places = wide.students.flatMap(({ metrics }, place) => (metrics['referenceScale'] === 1 ? [place] : []));
    for (const order of orders) expect([...order].sort((a, b) => a - b)).toEqual(places);
    expect(new Set(orders.map(String)).size).toBeGreaterThan(1);
    expect(trainPredefined({ ...pool, budget: 1 }, 1)).toHaveLength(1);
  });

  it('are compared with what a search chose by validation at no more params: a larger student is no gain', () => {
    // All were trained in the first search, the 15 and 21 alone in the second.
    const gains = gainsOver(
      pool,
      [
        [0, 1, 2, 3, 4],
        [3, 4],
      ],
      'testAccuracySeed2',
    );
    expect(gains.map(({ searches }) => searches)).toEqual([1, 2]);
    expect(gains[0]?.gain).toBeCloseTo(0.02, 12);
    expect(gains[1]?.gain).toBeCloseTo((0 - 0.05) / 2, 12);
  });
});

describe('the smallest that is as accurate as a predefined student', () => {
  const row = (params: number, accuracy: number, testAccuracySeed2: number, referenceScale = NaN) => {
    return { ...{ accuracy, params, testAccuracySeed2, referenceScale } };
  };
  const rows = [
    row(40, 0.8, 0.78, 1),
    row(60, 0.85, 0.84, 1),
    row(90, 0.95, 0.9, 1),
    row(20, 0.86, 0.82),
    row(30, 0.81, 0.8),
  ];
  const pool = createPool(claimTable([family('conv', rows)]), NONE);

  it('is chosen by validation and told by its score; a student that nobody matches counts against the search', () => {
    // 40 / 20, 60 / 20 and none: the median is 2. On the test images +.04 and -.02.
    const smaller = smallerOf(pool, [3, 4], 'testAccuracySeed2');
    expect(smaller).toMatchObject({ ratio: 2, matched: 2 });
    expect(smaller.gain).toBeCloseTo((0.04 - 0.02) / 2, 12);
  });
});

describe('the games', () => {
  const pool = createPool(sampleTable(), NONE);
  const orders = [1, 2].map((seed) => ({ pool, player: 'random' as const, seed }));
  const game = (seed: number, code: string, trained: readonly number[]): GameRecord => ({
    id: `${pool.fingerprint}/random/${seed}@${code}`,
    ...{ pool: pool.fingerprint, player: 'random', seed, version: 1, code, trained, askMs: [] },
    origin: { machine: 'a machine', date: '2026-11-25' },
  });

  it('train each student once, as many as the budget allows, and the same ones again', () => {
    for (const player of PLAYERS) {
      const { trained, askMs } = playOrder({ pool, player, seed: 3 }, 'code', () => 0);
      expect(trained).toHaveLength(pool.budget);
      expect(askMs).toHaveLength(pool.budget);
      expect(new Set(trained).size).toBe(pool.budget);
      expect(trained.every((place) => pool.students[place] !== undefined)).toBe(true);
      expect(playOrder({ pool, player, seed: 3 }, 'code', () => 0).trained).toEqual(trained);
      expect(playOrder({ pool, player, seed: 4 }, 'code', () => 0).trained).not.toEqual(trained);
    }
  });

  it('are played once: what is recorded by the present code stays, what an earlier one played is played again', () => {
    const file = join(folder, 'once', 'games.jsonl');
    const play = (code: string): readonly string[] => {
      const lines: string[] = [];
      playMissing(orders, { book: openBook(file, code), code, say: (line) => lines.push(line) });
      return lines;
    };
    expect(play('a')[0]).toBe('0 of 2 games are recorded, 2 are to be played');
    expect(play('a')).toEqual(['2 of 2 games are recorded, 0 are to be played']);
    expect(play('b')[0]).toBe('0 of 2 games are recorded, 2 are to be played');
    // The earlier code's games are gone: the file does not grow with every change of the code.
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(2);
  });

  it('of a process that was killed are gone on with, and of an earlier code count where no other is', () => {
    const file = join(folder, 'killed.jsonl');
    const book = openBook(file, 'new');
    book.add(game(1, 'old', [1]));
    book.add(game(1, 'new', [2]));
    book.add(game(2, 'old', [3]));
    appendFileSync(file, `\n${JSON.stringify(game(2, 'new', [4])).slice(0, 50)}`);
    const again = openBook(file, 'new');
    expect(orders.map((order) => again.find(order)?.trained)).toEqual([[2], [3]]);
    expect(orders.map((order) => again.isFresh(again.find(order)!))).toEqual([true, false]);
    again.keepOnly(orders);
    expect(orders.map((order) => openBook(file, 'other').find(order)?.trained)).toEqual([[2], [3]]);
  });
});

describe('the protocol', () => {
  it("is what the workbench plays by its own defaults: the dialog's preset would else be another comparison", () => {
    const { budget, seeds, batch, single } = gameDefaults();
    expect({ budget, seeds, batch, single }).toEqual({ budget: BUDGET, seeds: SEEDS.length, batch: 1, single: false });
    expect(new Set(PLAYERS)).toEqual(new Set([CHOSEN, ...RIVALS]));
  });

  const gameDefaults = () => replayInputSchema.parse({ table: { bundled: 'fashion-kd' }, strategies: [...PLAYERS] });
});

describe('the second task', () => {
  const students = secondStudents();
  const plan = secondPlan(students);

  it('trains every student for each of its stages, none twice, within the limit of the first table', () => {
    expect(new Set(plan.map(({ id }) => id)).size).toBe(3 * students.length);
    expect(new Set(students.map(({ id }) => id)).size).toBe(students.length);
    expect(Math.max(...students.map(({ params }) => params))).toBeLessThanOrEqual(MOST_PARAMS);
    // As many as a second seed's score takes, were every training to succeed.
    expect(students.length).toBeGreaterThanOrEqual(LEAST_POOL);
    for (const { graph } of students) expect(graph.inputShape).toEqual([32, 32, 3]);
  });

  it('has the reference, scaled and drawn students of each family, in any beginning about as many of each', () => {
    const names = [...new Set(students.map(({ family }) => family))];
    for (const name of names) {
      const own = students.filter(({ family }) => family === name);
      expect(own.some(({ scale }) => scale === 1)).toBe(true);
      expect(own.filter(({ set }) => set === 'random')).toHaveLength(6);
      expect(own[0]?.scale).toBe(1);
    }
    expect(new Set(students.slice(0, names.length).map(({ family }) => family)).size).toBe(names.length);
  });

  it('becomes a table of the rows that are there, whose params are the builders of its own image size', () => {
    const file = join(folder, 'second.jsonl');
    expect(secondTable(file)).toBeUndefined();
    openRows(file, header());
    for (const training of plan.slice(0, 2)) {
      appendFileSync(
        file,
        `\n${JSON.stringify(trainingRow(training, { validationAccuracy: 0.5, testAccuracy: 0.4 }))}`,
      );
    }
    const { table, missing } = secondTable(file)!;
    const rows = table.families.flatMap((one) => one.rows);
    expect(rows.map(({ metrics }) => metrics['params'])).toEqual(students.slice(0, 2).map(({ params }) => params));
    expect(missing).toMatchObject({
      kd: students.length - 2,
      second: students.length,
      none: students.length,
      seeds: 0,
    });
  });

  it('makes its data set and its teacher once, and goes on where the making was stopped', async () => {
    const workspace = join(folder, 'second');
    const calls: string[] = [];
    const run: RunTrade = async ([noun = '', verb = '']) => {
      calls.push(`${noun} ${verb}`);
      if (noun === 'datasets') mkdirSync(join(workspace, 'datasets/cifar10-subset'), { recursive: true });
      return { code: noun === 'datasets' ? 0 : 130, last: undefined, lines: [] };
    };
    for (let round = 0; round < 2; round++)
      await expect(prepare('data', workspace, run)).rejects.toThrow(/ended with 130/);
    expect(calls).toEqual(['datasets import', 'teachers train', 'teachers train']);
  });

  it('says with a word that it is skipped where the data are not', async () => {
    const lines: string[] = [];
    const nowhere = { data: join(folder, 'none'), out: join(folder, 'out'), rows: join(folder, 'rows'), most: 1 };
    expect(await recordSecond({ ...nowhere, say: (line) => lines.push(line) })).toBe(false);
    expect(lines[0]).toMatch(/^SKIP the second task: there is no CIFAR-10 at /);
    expect(existsSync(nowhere.out)).toBe(false);
  });
});

describe('the study', () => {
  it('scores by another seed as soon as enough students have one, and says that it stands in until then', () => {
    const scores = ({ all }: Studies) => all.map(({ search, score }) => `${search} ${score}`);
    const whole = createStudies(sampleTable());
    expect(whole).toMatchObject({ isProvisional: false, failed: 0 });
    // Searched by one seed of training and scored by the other, and the other way round.
    expect(scores(whole)).toEqual(['accuracy testAccuracySeed2', 'accuracySeed2 testAccuracy']);
    const part = createStudies(sampleTable(false));
    expect(part).toMatchObject({ isProvisional: true, students: 80 });
    expect(scores(part)).toEqual(['accuracy testAccuracy']);
    expect(LEAST_POOL).toBeLessThan(80);
  });

  it('plays each game once, and shares those that are the same in two of its parts', () => {
    const ids = ordersOf(createStudies(sampleTable())).map(
      ({ pool, player, seed }) => `${pool.fingerprint} ${player} ${seed}`,
    );
    expect(new Set(ids).size).toBe(ids.length);
    // References none and all, in both directions, and by labels alone; the distilled half of the
    // last part is the first one.
    expect(ids).toHaveLength(5 * PLAYERS.length * SEEDS.length);
  });

  it('has nothing to play on a table without two usable students', () => {
    const table = claimTable([family('conv', [{ accuracy: 0.8, params: 3, testAccuracy: 0.8 }])]);
    expect(ordersOf(createStudies(table))).toEqual([]);
  });
});
