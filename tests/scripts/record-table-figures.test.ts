/** What is made of the rows: the table in replay form, the latencies in it, and the card's
 * figures. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { LatencyMeasurement } from '../../src/core/latency.ts';
import { canonicalise } from '../../src/core/space/lattice.ts';
import { createTableProblem } from '../../src/core/strategies/replay.ts';
import { parseTable } from '../../src/core/strategies/recorded-table.ts';
import type { RecordedTable } from '../../src/core/strategies/recorded-table.ts';
import type { GameRecord } from '../../scripts/claim/games.ts';
import { createStudies, ordersOf } from '../../scripts/claim/study.ts';
import { assemble, latencyId, METRICS, tableText } from '../../scripts/record-table/assemble.ts';
import { withFigures } from '../../scripts/record-table/card.ts';
import { column, gapOf, seedDeviation, tauOf } from '../../scripts/record-table/figures.ts';
import { latencyRow } from '../../scripts/record-table/latency.ts';
import { CHEAP_EPOCHS, FULL_EPOCHS, tablePlan, tableStudents } from '../../scripts/record-table/plan.ts';
import type { TableTraining } from '../../scripts/record-table/plan.ts';
import type { TrainingRow } from '../../scripts/record-table/rows.ts';
import { summarise } from '../../scripts/record-table/summary.ts';
import { tableFamily } from '../../scripts/record-table/students.ts';
import type { TableStudent } from '../../scripts/record-table/students.ts';
import { readRecord } from '../../scripts/study/record.ts';
import { rowsOf, trainingRow } from './record-table-rows.ts';

const TABLE = fileURLToPath(new URL('../../resources/tables/fashion-kd.json', import.meta.url));
const GAMES = fileURLToPath(new URL('../../benchmarks/records/claim.jsonl', import.meta.url));
const students = tableStudents();
const plan = tablePlan();

function training(student: TableStudent, signal: 'kd' | 'none', seed = 1, epochs = FULL_EPOCHS): TableTraining {
  return { id: `${signal}/${seed}/${epochs}/${student.id}`, stage: 'kd', signal, student, seed, epochs };
}

/** Params and MACs of every row are what the builders say of its levels. */
function expectBuildersCosts(table: RecordedTable): void {
  for (const { name, parameters, rows } of table.families) {
    const family = tableFamily(name);
    for (const { levels, metrics } of rows) {
      const config = Object.fromEntries(parameters.map((parameter, index) => [parameter.name, levels[index] ?? '']));
      const { params, macs } = family.costs(canonicalise(family, config));
      expect({ params: metrics['params'], macs: metrics['macs'] }).toEqual({ params, macs });
    }
  }
}

describe('the table', () => {
  const without = students.find(({ family, config }) => family === 'resnet' && config['blocks3'] === 0);
  const [first] = students;
  if (without === undefined || first === undefined) throw new Error('no ResNet of two stages was drawn');
  const curve = {
    trainLoss: [],
    validationLoss: [],
    validationAccuracy: [0.5, 0.6, 0.7, 0.71, 0.72, 0.73, 0.74, 0.75],
  };
  const other = { ...curve, validationAccuracy: [0.41, 0.42, 0.43, 0.44, 0.45, 0.46, 0.47, 0.76] };
  const rows = {
    ...rowsOf([
      trainingRow(training(first, 'kd'), { validationAccuracy: 0.75, testAccuracy: 0.74, curve }),
      trainingRow(training(first, 'kd', 2), { validationAccuracy: 0.76, testAccuracy: 0.73, curve: other }),
      trainingRow(training(first, 'none'), { validationAccuracy: 0.7, testAccuracy: 0.69 }),
      trainingRow(training(without, 'kd'), { failed: 'The loss became NaN' }),
    ]),
    latencies: new Map(
      [1, 2].map((round) => {
        const timing = { engine: 'onnxruntime', version: '1', passes: 30, medianMs: round, p90Ms: 2 * round };
        const id = latencyId(round, first.id);
        return [id, { id, session: 's', otherLoad: 0, timings: [1, 32].map((batch) => ({ ...timing, batch })) }];
      }),
    ),
  };
  const assembled = assemble(rows, students, plan);
  const table = parseTable(JSON.parse(tableText(assembled)), 'fashion-kd.json');

  it('has a row for each student of whom the first training is there, and says how many trainings are missing', () => {
    expect(table.families.flatMap((family) => family.rows)).toHaveLength(2);
    expect(table.source).toContain(`2 of ${students.length} students`);
    const missing = Object.values(assembled.missing).reduce((sum, count) => sum + count, 0);
    // Of the four rows that are there, `first`'s seed 2 and labels alone are in the plan too.
    expect(missing).toBe(plan.length - plan.filter(({ id }) => rows.trainings.has(id)).length);
    expect(assembled.missing.kd).toBe(students.length - 2);
  });

  it('keeps each seed and signal under its own name, and NaN where nothing is recorded or training failed', () => {
    const family = table.families.find(({ name }) => name === first.family);
    const told = family?.rows.find(({ metrics }) => metrics['params'] === first.params)?.metrics;
    expect(told).toMatchObject({
      ...{ accuracy: 0.75, testAccuracy: 0.74, accuracySeed2: 0.76, testAccuracySeed2: 0.73, accuracySeed3: NaN },
      ...{ plainAccuracy: 0.7, plainTestAccuracy: 0.69, plainAccuracySeed2: NaN, cheapAccuracy: NaN },
      ...{ accuracyEpoch1: 0.5, accuracyEpoch8: 0.75, plainAccuracyEpoch1: NaN },
      ...{ accuracyEpoch1Seed2: 0.41, accuracyEpoch8Seed2: 0.76, cheapAccuracySeed2: NaN },
      // Median of the rounds' 1 and 2 ms.
      ...{ latencyMs: 1.5, latencyP90Ms: 3, latencyBatch32Ms: 1.5, lattice: 1 },
    });
    const failed = table.families.find(({ name }) => name === 'resnet')?.rows.find(({ levels }) => levels.includes(0));
    expect(failed?.metrics['accuracy']).toBeNaN();
    expect(new Set(METRICS.map(([name]) => name)).size).toBe(METRICS.length);
  });

  it('offers the short trainings that every student has: a gap would pass for a training that failed', () => {
    const { legs, epochs } = assembled;
    expect(epochs).toBe(FULL_EPOCHS);
    // `first` has its curve and no schedule of its own; the one that failed is owed neither.
    const parts = [1, 2, 3, 4, 5, 6, 7].map((epoch) => {
      return { epochs: epoch, schedule: 'part', metric: `accuracyEpoch${epoch}` };
    });
    expect(legs).toEqual(parts);
    const short = trainingRow(training(first, 'kd', 1, CHEAP_EPOCHS), { validationAccuracy: 0.6 });
    const more = { ...rows, trainings: new Map([...rows.trainings, [short.id, short]]) };
    expect(assemble(more, students, plan).legs).toEqual([
      { epochs: 2, schedule: 'own', metric: 'cheapAccuracy' },
      ...parts,
    ]);
    expect(assemble(rowsOf([]), students, plan).legs).toEqual([]);
  });

  it("gives back every student, absent dimensions too: params and MACs are the builders'", () => {
    const all = rowsOf(students.map((student) => trainingRow(training(student, 'kd'), { validationAccuracy: 0.5 })));
    const whole = parseTable(JSON.parse(tableText(assemble(all, students, plan))));
    expect(whole.families.flatMap((family) => family.rows)).toHaveLength(students.length);
    expectBuildersCosts(whole);
  });

  it("is one of rows that builders' costs still hold for, as it lies in the repository", () => {
    const recorded = parseTable(JSON.parse(readFileSync(TABLE, 'utf8')), TABLE);
    expectBuildersCosts(recorded);
    const { problem, hypervolume } = createTableProblem(recorded, { seed: 1, budget: 10 });
    expect(problem.space.families.every(({ pool }) => pool !== undefined)).toBe(true);
    expect(hypervolume).toBeGreaterThan(0);
  });

  it('offers a search what it always did, whatever columns came later: games of the claim stay played', () => {
    const recorded = parseTable(JSON.parse(readFileSync(TABLE, 'utf8')), TABLE);
    const played = new Set(readRecord<GameRecord>(GAMES).map(({ pool }) => pool));
    const pools = new Set(ordersOf(createStudies(recorded)).map(({ pool }) => pool.fingerprint));
    expect(pools.size).toBe(5);
    expect([...pools].filter((pool) => !played.has(pool))).toEqual([]);
  });
});

describe('the latency pass', () => {
  const [student] = students;
  if (student === undefined) throw new Error('there are no students');
  const measured = (otherLoad: number): readonly LatencyMeasurement[] => [
    {
      ...{ engine: 'onnxruntime', batch: 1, version: '1', device: 'cpu', threads: 1, warmupPasses: 20, otherLoad },
      timingsMs: Float32Array.from([1, 2, 4]),
    },
  ];

  it('times again while others keep the machine busy, and gives up rather than record that', async () => {
    const loads = [0.9, 0.6, 0.1];
    let pauses = 0;
    const pause = async (): Promise<void> => void (pauses += 1);
    const row = await latencyRow(student, 1, 's', async () => measured(loads.shift() ?? NaN), pause);
    expect(row).toMatchObject({ id: latencyId(1, student.id), otherLoad: 0.1 });
    expect(row?.timings[0]).toMatchObject({ medianMs: 2, passes: 3, batch: 1 });
    expect(pauses).toBe(2);
    expect(await latencyRow(student, 1, 's', async () => measured(0.9), pause)).toBeUndefined();
    // A system that does not tell its load is not known to be quiet.
    expect(await latencyRow(student, 1, 's', async () => measured(NaN), pause)).toBeUndefined();
  });
});

describe('the figures', () => {
  const three = students.filter(({ set }) => set === 'random').slice(0, 3);
  const rows = rowsOf(
    three.flatMap((student, index) => {
      const at = (signal: 'kd' | 'none', seed: number, validation: number, test: number): TrainingRow =>
        trainingRow(training(student, signal, seed), { validationAccuracy: validation, testAccuracy: test });
      const base = 0.8 + 0.02 * index;
      return [at('kd', 1, base, base - 0.01), at('kd', 2, base + 0.02, base + 0.01), at('none', 1, base - 0.05, 0.7)];
    }),
  );

  it('pool the variance of seeds over students, without what lies between students', () => {
    const columns = [1, 2, 3].map((seed) => column(rows, 'kd', 'validationAccuracy', seed));
    // Two seeds 0.02 apart: variance 0.0002 of each student.
    const { deviation, count } = seedDeviation(three, columns);
    expect(deviation).toBeCloseTo(Math.sqrt(0.0002), 12);
    expect(count).toBe(3);
  });

  it('compare rankings and gaps of the trainings that have both numbers', () => {
    const validation = column(rows, 'kd', 'validationAccuracy');
    expect(tauOf(students, validation, column(rows, 'kd', 'testAccuracy', 2))).toEqual({ tau: 1, count: 3 });
    expect(tauOf(students, validation, column(rows, 'kd', 'testAccuracy', 3)).count).toBe(0);
    const gap = gapOf([...rows.trainings.values()].filter(({ signal }) => signal === 'kd'));
    expect(gap.mean).toBeCloseTo(0.01, 12);
    expect(gap.deviation).toBeCloseTo(0, 12);
    expect(gap.count).toBe(6);
    // A deviation of nothing is not 0.
    expect(gapOf([]).deviation).toBeNaN();
  });

  it('hold short trainings to the other seed: within a seed a short one shares its luck with the full one', () => {
    const curve = (last: number) => ({
      ...{ trainLoss: [], validationLoss: [] },
      validationAccuracy: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, last],
    });
    const at = (index: number, seed: number, validation: number, test: number, epochs = FULL_EPOCHS): TrainingRow =>
      trainingRow(training(three[index]!, 'kd', seed, epochs), {
        ...{ validationAccuracy: validation, testAccuracy: test },
        ...(epochs === FULL_EPOCHS && { curve: curve(validation) }),
      });
    const told = rowsOf([
      // Seed 1 ranks up, seed 2 down; the short training of seed 1 goes with its own seed.
      ...[0, 1, 2].flatMap((index) => [at(index, 1, index / 10, index / 10), at(index, 2, -index / 10, -index / 10)]),
      ...[0, 1, 2].map((index) => at(index, 1, index / 10, index / 10, CHEAP_EPOCHS)),
    ]);
    const text = summarise(told, students, plan);
    expect(text).toContain('| own schedule of 2 epochs | 2 | -1.000 (3) |  |');
    // All alike on the way, so that there is no ranking; apart at the end.
    expect(text).toContain('| epoch 7 of 8 | 7 |  |  |');
    expect(text).toContain('| epoch 8 of 8 | 8 | -1.000 (3) | -1.000 (3) |');
  });

  it('say of the latencies how far two rounds agree', () => {
    const latencies = new Map(
      [1, 2].flatMap((round) =>
        three.map(({ id }, index) => {
          const medianMs = (index + 1) * (round === 1 ? 1 : 1.1);
          const timing = { engine: 'onnxruntime', version: '1', batch: 1, medianMs, p90Ms: 9, passes: 30 };
          const row = { id: latencyId(round, id), session: 's', otherLoad: 0, timings: [timing] };
          return [row.id, row] as const;
        }),
      ),
    );
    expect(summarise({ ...rows, latencies }, students, plan)).toContain(
      '| 1 | 3 | 1.000 to 3.300 | 10.00 | 1.000 (3) |',
    );
  });

  it('stand in the card, which keeps the rest of its text however often they are renewed', () => {
    const text = summarise(rows, students, plan);
    // Gains 0.79, 0.81, 0.83 over 0.70: 0.09, 0.11, 0.13; deviation 0.02, s.e. 0.02 / sqrt(3).
    expect(text).toContain('| random students | 3 | 11.00 ± 1.15 | 1.00 |');
    expect(summarise(rowsOf([]), students, plan)).toBe('There is nothing to summarise yet.');
    const card = readFileSync(fileURLToPath(new URL('../../docs/table.md', import.meta.url)), 'utf8');
    const renewed = withFigures(withFigures(card, 'old figures'), 'new figures');
    expect(renewed).toBe(withFigures(card, 'new figures'));
    expect(renewed).toContain('new figures');
    expect(renewed.replace('new figures', '')).toHaveLength(withFigures(card, '').length);
    expect(() => withFigures('# A card', 'figures')).toThrow(/no place for figures/);
  });
});
