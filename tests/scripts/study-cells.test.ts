/** The study of cells: what its figures mean. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { kendallTau } from '../../scripts/record-table/kendall-tau.ts';
import { countsOf, playAll, PLAYERS, playersOf } from '../../scripts/study/cells/play.ts';
import { reportRecord, reportText } from '../../scripts/study/cells/report.ts';
import { workOn } from '../../scripts/study/cells/rows.ts';
import type { GameRow, Row } from '../../scripts/study/cells/rows.ts';
import { findSpaces } from '../../scripts/study/cells/spaces.ts';
import type { StudySpace } from '../../scripts/study/cells/spaces.ts';
import { summarise } from '../../scripts/study/cells/summary.ts';
import { neighbourTaus } from '../../scripts/study/cells/taus.ts';
import { embeddingIn, readEmbedding } from '../../src/host/library/embedding.ts';
import { readRecord } from '../../scripts/study/record.ts';
import { compareTaus, testing } from '../../scripts/study/tau.ts';
import { studentFamily } from '../../src/core/arch/families/registry.ts';
import { createRng } from '../../src/core/math/rng.ts';
import { enumerateFamily } from '../../src/core/space/lattice.ts';
import { adjacentExchange } from '../../src/core/space/neighbours.ts';
import type { TableRow } from '../../src/core/strategies/recorded-table.ts';

const { pair, weightedTau } = testing;

/** Students in a row, 0 to `count` − 1; params rise along it. */
function lineSpace(count: number, metricsOf: (x: number) => Readonly<Record<string, number>>): StudySpace {
  const rows = Array.from({ length: count }, (_, x): TableRow => ({
    levels: [x],
    metrics: { params: 1 + x, ...metricsOf(x) },
  }));
  const parameters = [{ name: 'x', type: 'ordinal' as const, values: rows.map((_, x) => x) }];
  return {
    name: 'line',
    directions: [{ told: 'told', score: 'score' }],
    points: 100,
    table: {
      ...{ name: 'line', source: '', licence: '', metrics: ['told', 'score', 'params'], complete: true },
      objectives: [{ metric: 'told', goal: 'maximize', known: false }],
      reference: { accuracy: -1, told: -1, params: 1000 },
      families: [{ name: 'line', parameters, rows }],
    },
  };
}

describe("Kendall's tau of a resample", () => {
  const rng = createRng(4);
  const list = (): number[] => Array.from({ length: 40 }, () => rng.int(12));
  const [a, b] = [list(), list()];

  it('is that of the lists in which each item stands as often as it was drawn, ties and all', () => {
    const w = a.map(() => rng.int(4));
    const expanded = (values: readonly number[]): number[] => values.flatMap((value, i) => Array(w[i]).fill(value));
    expect(weightedTau(pair(a, b), Float64Array.from(w))).toBeCloseTo(kendallTau(expanded(a), expanded(b)), 12);
    expect(weightedTau(pair(a, b), new Float64Array(40).fill(1))).toBeCloseTo(kendallTau(a, b), 12);
  });

  it('gives both predictors the same draws: equal ones differ by nothing', () => {
    const { one, other, gain } = compareTaus(a, a, b, 50);
    expect(other).toEqual(one);
    expect([gain.value, gain.lower, gain.upper]).toEqual([0, 0, 0]);
    expect(one.lower).toBeLessThan(one.value);
    expect(one.upper).toBeGreaterThan(one.value);
    expect(compareTaus(a, b, b, 50).other).toEqual({ value: 1, lower: 1, upper: 1 });
  });
});

describe('a neighbourhood as a predictor', () => {
  // Luck of one training, up and down in turn, hides a smooth rise of .1 a step.
  const space = lineSpace(30, (x) => ({ told: x / 10 + (x % 2 === 0 ? 0.2 : -0.2), score: x }));
  const direction = { told: 'told', score: 'score' };

  it('is the mean of a student and the neighbours that it has', () => {
    const { students, neighbours, one, other } = neighbourTaus(space, direction);
    expect([students, neighbours]).toEqual([30, Number(((2 * 28 + 2) / 30).toFixed(2))]);
    const told = (x: number): number => x / 10 + (x % 2 === 0 ? 0.2 : -0.2);
    const all = Array.from({ length: 30 }, (_, x) => x);
    const mean = (x: number): number => {
      const near = [x - 1, x, x + 1].filter((at) => at >= 0 && at < 30);
      return near.reduce((sum, at) => sum + told(at), 0) / near.length;
    };
    expect(one.value).toBeCloseTo(kendallTau(all.map(told), all), 12);
    expect(other.value).toBeCloseTo(kendallTau(all.map(mean), all), 12);
    expect(other.value).toBeGreaterThan(one.value);
  });

  it('is told with how far apart neighbours are, and how far two trainings of one student', () => {
    // Own less the mean of its neighbours: a slope of .3 at the ends alone, where there is one.
    const slope = lineSpace(30, (x) => ({ told: 0.3 * x, score: x, again: 0.3 * x + (x % 3 === 0 ? 0.03 : 0) }));
    const { apart, noise } = neighbourTaus(slope, { ...direction, again: 'again' });
    expect(apart).toBeCloseTo(100 * Math.sqrt((2 * 0.3 ** 2) / 30), 3);
    expect(noise).toBeCloseTo(100 * Math.sqrt((0.03 ** 2 * 10) / 30 / 2), 3);
    expect(neighbourTaus(slope, direction).noise).toBeUndefined();
  });

  it('goes by the network that stands for several codes, where there are such', () => {
    // Odd places are other names of the even ones before them: the neighbours of 2 are 0 and 4 by
    // no edit, but 3 is 2 itself, and 1 is 0.
    const rows = space.table.families[0]!.rows.filter((_, x) => x % 2 === 0);
    const family = { ...space.table.families[0]!, rows };
    const even: StudySpace = {
      ...space,
      table: { ...space.table, complete: false, families: [family] },
      representative: ({ x }) => ({ x: Number(x) - (Number(x) % 2) }),
    };
    expect(neighbourTaus(even, direction).neighbours).toBeCloseTo(14 / 15, 2);
    const { representative: _, ...plain } = even;
    expect(neighbourTaus(plain, direction).neighbours).toBe(0);
  });
});

describe('a regret', () => {
  // What tells most is worst: a regret by what was told would be 0 and fall.
  const space = lineSpace(60, (x) => ({ told: x / 100, score: -x / 100 }));

  it('is that of the student that told most, by the score, in points', () => {
    expect(countsOf(space)).toEqual([16, 32]);
    for (const player of playersOf(space).filter(({ strategy }) => strategy !== 'na-rs')) {
      const { regret, single } = playAll(space, player, 1);
      expect(single).toBeUndefined();
      // It is the place on the line of the highest trained, which can only rise.
      expect(Number.isInteger(Number(regret['16']?.toFixed(6)))).toBe(true);
      expect(regret['16']).toBeGreaterThan(14);
      expect(regret['32']).toBeGreaterThanOrEqual(regret['16']!);
    }
  });

  it('of NA-RS is that of the centre it names, its best single student beside it', () => {
    // One student tells far too much, and so do no neighbours of it.
    const lucky = lineSpace(60, (x) => ({ told: x === 40 ? 9 : x / 100, score: x / 100 }));
    const naRs = PLAYERS.find(({ key }) => key === 'na-rs')!;
    const found = [1, 2, 3, 4, 5].map((seed) => playAll(lucky, naRs, seed));
    expect(found.some(({ single }) => single?.['32'] === 19)).toBe(true);
    expect(found.some(({ regret, single }) => regret['32'] !== single?.['32'])).toBe(true);
  });

  it('is the same for the same seed, and another for another', () => {
    const games = [1, 1, 2, 3, 4, 5].map((seed) => playAll(space, PLAYERS[1]!, seed).regret['16']);
    expect(games[1]).toBe(games[0]);
    expect(new Set(games).size).toBeGreaterThan(1);
  });
});

describe('searches by an embedding', () => {
  it('are played where there is one, and beside their own control', async () => {
    const embedding = await readEmbedding(embeddingIn('resources'));
    const ops = ['none', 'skip_connect', 'nor_conv_3x3'];
    const edges = ['edge01', 'edge02', 'edge12', 'edge03', 'edge13', 'edge23'];
    const rng = createRng(2);
    const codes = new Map(
      Array.from({ length: 60 }, () => edges.map(() => ops[rng.int(3)] ?? '')).map((code) => [code.join(), code]),
    );
    const rows = [...codes.values()].map((levels): TableRow => {
      const convolutions = levels.filter((op) => op === 'nor_conv_3x3').length;
      return { levels, metrics: { told: convolutions, score: convolutions, params: 1 + convolutions } };
    });
    const parameters = edges.map((name) => ({ name, type: 'categorical' as const, values: ops }));
    const plain = lineSpace(1, () => ({}));
    const families = [{ name: 'cell', parameters, rows }];
    const cells: StudySpace = { ...plain, table: { ...plain.table, complete: false, families } };
    const keys = (space: StudySpace): readonly string[] => playersOf(space).map(({ key }) => key);
    expect(keys(cells).filter((key) => key.startsWith('arch2vec'))).toEqual([]);
    const embedded = { ...cells, embedding };
    const added = playersOf(embedded).filter(({ isEmbedded }) => isEmbedded);
    expect(added.map(({ key }) => key)).toEqual(
      ['bo', 'rl'].flatMap((kind) => [`arch2vec-${kind}`, `arch2vec-${kind}-one-hot`]),
    );
    const found = added.map((player) => [1, 2, 3].map((seed) => playAll(embedded, player, seed).regret['16']));
    for (const regrets of found) for (const regret of regrets) expect(regret).toBeGreaterThanOrEqual(0);
  });
});

describe('the summary', () => {
  const game = (player: string, seed: number, regret: number): GameRow => ({
    ...{ id: `${player}/${seed}`, kind: 'game', space: 'line', player, seed, seconds: 0 },
    regret: { '16': regret },
  });
  const seeds = [1, 2, 3, 4, 5, 6, 7, 8];

  it('pairs by seed: a player that is a little better each time is told from one that is not', () => {
    // Seeds differ by far more than players do.
    const rows = seeds.flatMap((seed) => [
      game('random', seed, 10 * seed),
      game('na-rs', seed, 10 * seed - 1 - seed / 100),
      game('evolution', seed, 10 * seed + (seed % 2 === 0 ? 1 : -1)),
    ]);
    const [space] = summarise(rows, ['random', 'na-rs', 'evolution']);
    const [random, naRs, evolution] = space!.players.map(({ standings }) => standings[0]!);
    expect(random!.beside).toBeUndefined();
    expect(random!.mean).toBe(45);
    expect(naRs!.beside!.mean).toBeCloseTo(-1.045, 12);
    expect(naRs!.beside!.p).toBeLessThan(0.05);
    expect(evolution!.beside!.p).toBeGreaterThan(0.5);
  });

  it('leaves out a seed that the other has not played yet', () => {
    const rows = [...seeds.map((seed) => game('random', seed, 1)), game('na-rs', 1, 3), game('na-rs', 9, 100)];
    const [space] = summarise(rows, ['random', 'na-rs']);
    expect(space!.players[1]!.standings[0]!.beside!.mean).toBe(2);
  });
});

describe('the record', () => {
  const folder = mkdtempSync(join(tmpdir(), 'study-cells-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is gone on with: what is there is not played again', async () => {
    const space = lineSpace(40, (x) => ({ told: x / 100, score: x / 100 }));
    const file = join(folder, 'rows.jsonl');
    const said: string[] = [];
    const work = (count: number) => workOn({ spaces: [space], seeds: count, file, say: (line) => said.push(line) });
    await work(1);
    const players = playersOf(space);
    expect(said).toHaveLength(1 + players.length);
    await work(2);
    expect(said).toHaveLength(1 + 2 * players.length);
    const rows = readRecord<Row>(file);
    expect(rows).toHaveLength(said.length);
    expect(Object.keys(reportRecord(rows).methods)).toEqual(players.map(({ key }) => key));
    expect(reportText(rows)).toContain('### line, 2 seeds');
  });

  it('of the project has what the page tells, for people who have none of the public tables', () => {
    const rows = readRecord<Row>('benchmarks/records/study-cells.jsonl');
    const { methods } = reportRecord(rows);
    for (const { key } of PLAYERS) {
      const method = methods[key]!;
      expect(Object.keys(method.regret ?? {})).toEqual(['16', '32', '60', '100']);
      expect(method.seeds).toBeGreaterThanOrEqual(20);
    }
    expect(readFileSync('docs/benchmarks.md', 'utf8')).toContain(reportText(rows));
  });

  it('goes on without what is not there, and says where it looked', async () => {
    const { spaces, missing } = await findSpaces(join(folder, 'nowhere'));
    expect(missing.join('\n')).toContain(join(folder, 'nowhere', 'tables/nas-bench-201-cifar10.json'));
    for (const { table, name } of spaces.slice(0, 2)) {
      const { parameters, rows } = table.families[0]!;
      // Every combination of its own levels: else a neighbour would be missing by the file's grace.
      expect([name, rows.length]).toEqual([name, parameters.reduce((all, { values }) => all * values.length, 1)]);
    }
  });

  it('takes our own cells when both seeds of all are trained, neighbours by the network of a code', async () => {
    const family = studentFamily('cells', { inputShape: [28, 28, 1], classes: 10 });
    const { dimensions } = family;
    const cells = [...enumerateFamily(family)];
    const metrics = ['accuracy', 'params', 'testAccuracy', 'accuracySeed2', 'testAccuracySeed2'];
    const rows = cells.map((config, i) => [
      ...dimensions.map(({ name }) => config[name]),
      ...metrics.map(() => i / 2000),
    ]);
    const parameters = dimensions.map(({ name, type, levels }) => ({ name, type, values: levels }));
    const tables = join(folder, 'tables');
    mkdirSync(tables);
    copyFileSync('resources/tables/fashion-kd.json', join(tables, 'fashion-kd.json'));
    const write = (second: number): void => {
      const objectives = [{ metric: 'accuracy', goal: 'maximize' }];
      const named = {
        format: 'trade-replay/1',
        name: 'fashion-cells',
        metrics,
        objectives,
        reference: { accuracy: 0 },
      };
      const families = [{ name: 'cells', parameters, rows }];
      writeFileSync(
        join(tables, 'fashion-cells.json'),
        JSON.stringify({ ...named, families, missing: { kd: 0, second } }),
      );
    };
    write(3);
    expect((await findSpaces(folder, tables)).missing.join()).toContain('3 trainings');
    write(0);
    const space = (await findSpaces(folder, tables)).spaces.find(({ name }) => name === 'fashion-cells')!;
    expect(space.table.families[0]!.rows).toHaveLength(1065);
    expect(playersOf(space)).toHaveLength(PLAYERS.length);
    const near = cells.map((config) => new Set(adjacentExchange(family, config)).size);
    const { neighbours } = neighbourTaus(space, space.directions[0]!);
    expect(neighbours).toBeCloseTo(near.reduce((sum, count) => sum + count, 0) / 1065, 2);
    expect(neighbours).toBeGreaterThan(5);
  });
});
