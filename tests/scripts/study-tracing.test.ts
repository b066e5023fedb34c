/** The study of knowledge tracing: its data sets, its orders, and what it counts. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { alone, tableOf } from '../../scripts/study/tracing/data.ts';
import { figuresOf, tracingText } from '../../scripts/study/tracing/figures.ts';
import { readWholeNumbers } from '../../scripts/study/tracing/npz.ts';
import { ALONE, FIXED, ordersOf, PLAIN, searchOf, trainingsOf } from '../../scripts/study/tracing/plan.ts';
import type { TracingRow } from '../../scripts/study/tracing/record.ts';
import { searchInputSchema } from '../../src/bridge/schemas/records.ts';
import { loadDataset, pixelsIn } from '../../src/compute/data/dataset.ts';
import { strategyInfo } from '../../src/core/strategies/registry.ts';
import { LAID_OUT, STEPS, writeTinySteps } from '../support/tiny-steps.ts';

const root = mkdtempSync(join(tmpdir(), 'tracing-'));
afterAll(() => rmSync(root, { recursive: true }));

/** As NumPy saves one, version 1. */
function npy(type: string, values: Uint8Array): Buffer {
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${values.length},), }\n`;
  const start = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1');
  start.writeUInt16LE(header.length, 8);
  return Buffer.concat([start, Buffer.from(header), values]);
}

describe('the answers of ASSISTments', () => {
  it('become a row each, in their order, with the fold that is tested apart', async () => {
    const file = join(root, 'answers.npz');
    const zip = new ZipFile();
    const int32 = (...values: number[]) => new Uint8Array(Int32Array.from(values).buffer);
    const arrays = {
      offset: npy('<i8', new Uint8Array(BigInt64Array.from([0n, 2n, 3n]).buffer)),
      fold: npy('|u1', Uint8Array.from([1, 2])),
      student: npy('<i4', int32(70_000, 9)),
      skill: npy('<i4', int32(5, 6, 5)),
      problem: npy('<i4', int32(-1, 300, 2)),
      correct: npy('|u1', Uint8Array.from([0, 1, 1])),
    };
    for (const [name, bytes] of Object.entries(arrays)) zip.addBuffer(bytes, `${name}.npy`);
    zip.end();
    const chunks: Buffer[] = [];
    for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer); // as yazl gives them
    writeFileSync(file, Buffer.concat(chunks));
    expect(tableOf(await readWholeNumbers(file), 2).split('\n')).toEqual([
      'user_id,skill_id,problem_id,correct,split',
      '70000,5,-1,0,train',
      '70000,6,300,1,train',
      '9,5,2,1,test',
    ]);
  });
});

describe('a modality alone', () => {
  it('has the same examples, of which nothing else is known', async () => {
    const datasets = join(root, 'workspace', 'datasets');
    mkdirSync(datasets, { recursive: true });
    const whole = loadDataset(writeTinySteps(join(datasets, 'steps')));
    const made = loadDataset(join(datasets, await alone(root, 'steps', 'correct')));
    expect(made.card).toMatchObject({ id: 'steps-correct', shape: [STEPS.steps, 1, 1], groups: whole.card.groups });
    expect(made.split('test').labels).toEqual(whole.split('test').labels);
    expect(made.columns('test')).toEqual(whole.columns('test'));
    const answers = pixelsIn(whole.split('test')).filter((_, place) => place % LAID_OUT.bytes === LAID_OUT.bytes - 1);
    expect(pixelsIn(made.split('test'))).toEqual(answers);
  });
});

describe('orders', () => {
  it.each(['simulated', 'assist2009'] as const)('of %s are runs that the product takes', (set) => {
    const [order] = ordersOf(set, 5);
    if (order === undefined) throw new Error('There are five.');
    const search = searchInputSchema.parse(searchOf(order, 'answers'));
    expect(search).toMatchObject({ families: ['fusion'], budget: { trials: FIXED[set].trials } });
    expect(strategyInfo(search.strategy.id).id).toBe('smbo');
    const trainings = searchInputSchema.parse(trainingsOf(order, 'answers', 'pair', [PLAIN, ALONE]));
    expect(trainings.students).toEqual([PLAIN, ALONE]);
  });
});

describe('figures', () => {
  const trained = (weightedAuc: number, auc = 0.7) => {
    const areas = { accuracy: 0.7, auc, weightedAuc };
    return { validation: areas, test: areas, params: 1 };
  };
  const row = (unit: number, found: number, dropped: readonly string[]): TracingRow => ({
    ...{ id: `simulated/${unit}`, set: 'simulated', unit, effort: FIXED.simulated },
    found: { ...trained(found), config: PLAIN.config, dropped },
    plain: trained(found - 0.01),
    alone: { skill: trained(0.6), correct: trained(0.62), time: trained(0.5), seat: trained(0.4) },
    ...{ best: { auc: 0.8, weightedAuc: 0.78 }, mcNemar: { onlyFound: 3, onlyPlain: 1, p: 0.6 } },
    origin: {} as TracingRow['origin'], // told, and not counted
  });

  it('count seeds without the noise, and pair found with the best of the modalities alone', () => {
    const { simulated, assist2009 } = figuresOf([row(1, 0.7, ['seat']), row(2, 0.74, ['time'])]);
    expect(assist2009).toBeUndefined();
    expect(simulated).toMatchObject({ seeds: 2, noiseDropped: 1 });
    expect(simulated?.foundMinusBestSingle.mean).toBeCloseTo(0.1, 12);
    expect(simulated?.foundMinusPlain).toMatchObject({ mean: expect.closeTo(0.01, 12) });
    expect(simulated?.weightedAuc.best.mean).toBeCloseTo(0.78, 12);
  });

  it('are those of ASSISTments by fold', () => {
    const fold = (unit: number, auc: number): TracingRow => {
      const { alone: _, best: _best, ...own } = row(unit, 0.7, []);
      return { ...own, id: `assist2009/${unit}`, set: 'assist2009', found: { ...own.found, ...trained(0.7, auc) } };
    };
    const { simulated, assist2009 } = figuresOf([fold(1, 0.75), fold(2, 0.77)]);
    expect(simulated).toBeUndefined();
    expect(assist2009).toMatchObject({ folds: 2, auc: { found: { mean: expect.closeTo(0.76, 12) } } });
    expect(tracingText([fold(1, 0.75)])).toMatch(/\| 1 \|  \| 0.7500 \| 0.7000 \| 3 \| 1 \| 0.60 \|/);
  });
});
