/** The study of speech emotion: its folds, its searches, what it keeps of a run, and what it
 * counts. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { numbersOf, readNpz, wordsOf } from '../../scripts/study/npz.ts';
import { wavOf } from '../../scripts/study/speech/data.ts';
import { figuresOf } from '../../scripts/study/speech/figures.ts';
import {
  ARM_NAMES,
  FIXED,
  ordersOf,
  searches,
  searchOf,
  splitOf,
  trainingsOf,
} from '../../scripts/study/speech/plan.ts';
import { bestOf, trainedIn } from '../../scripts/study/speech/rows.ts';
import type { SpeechRow } from '../../scripts/study/speech/rows.ts';
import { randomCells } from '../../scripts/study/speech/students.ts';
import { searchInputSchema } from '../../src/bridge/schemas/records.ts';
import { openWav, readWav } from '../../src/compute/data/sound/wav.ts';
import { studentFamily } from '../../src/core/arch/families/registry.ts';
import { strategyInfo } from '../../src/core/strategies/registry.ts';

const folder = mkdtempSync(join(tmpdir(), 'speech-'));
afterAll(() => rmSync(folder, { recursive: true }));
const TASK = { inputShape: [32, 124, 1], classes: 7 } as const;

describe('folds', () => {
  const speakers = ['03', '08', '09', '10', '11', '12', '13', '14', '15', '16'];

  it('leave each speaker out once, and learn from six that neither chose nor test', () => {
    const folds = [1, 2, 3, 4, 5].map((fold) => speakers.map((speaker) => splitOf(speakers, speaker, fold)));
    for (const splits of folds) {
      const count = (name: string): number => splits.filter((split) => split === name).length;
      expect([count('train'), count('val'), count('test')]).toEqual([6, 2, 2]);
    }
    const tested = speakers.map((_, index) => folds.filter((splits) => splits[index] === 'test').length);
    expect(tested).toEqual(speakers.map(() => 1));
  });

  it('are paired: every arm of a fold has the fold’s data and seed', () => {
    const orders = ordersOf(2);
    expect(orders.slice(0, ARM_NAMES.length).every(({ fold }) => fold === 1)).toBe(true);
    expect(new Set(orders.map(({ id }) => id)).size).toBe(2 * ARM_NAMES.length);
  });
});

describe('searches', () => {
  it.each(ARM_NAMES)('of %s are what the product takes', (arm) => {
    const [order] = ordersOf(1).filter((one) => one.arm === arm);
    for (const config of [
      ...(searches(order!) ? [searchOf(order!)] : []),
      trainingsOf(order!, randomCells(TASK, 67_327, 1, 1)),
    ]) {
      const parsed = searchInputSchema.parse(config);
      const { defaults } = strategyInfo(parsed.strategy.id);
      expect(Object.keys(parsed.strategy.options).filter((name) => !(name in defaults))).toEqual([]);
      expect(parsed.recipe.augmentation).toMatchObject({ ...FIXED.masks, flip: false, shift: 0 });
      expect(parsed.recipe.distillation.loss).toBe(arm === 'trade' ? 'dist' : 'none');
      expect([parsed.dataset, parsed.seed]).toEqual(['emo-db-1', 1]);
      expect(parsed.teacher).toBe(arm === 'trade' ? 'emo-db-1-resnet' : undefined);
    }
  });

  it('are judged by as many trainings of one student as of cells by chance', () => {
    const [order] = ordersOf(1);
    const cells = randomCells(TASK, 67_327, FIXED.trainings, 1);
    expect(trainingsOf(order!, cells)).toMatchObject({ budget: { trials: 3 }, strategy: { options: { seeds: 1 } } });
    const one = trainingsOf(order!, cells.slice(0, 1));
    expect(one).toMatchObject({ budget: { trials: 3 }, strategy: { options: { seeds: 3 } } });
  });

  it('have cells by chance of the same params, each another, the same for the same seed', () => {
    const family = studentFamily('cells', TASK);
    const wanted = family.costs(family.reference)['params'] ?? 0;
    const cells = randomCells(TASK, wanted, 3, 1);
    for (const { config } of cells) {
      expect(Math.abs((family.costs(config)['params'] ?? 0) / wanted - 1)).toBeLessThan(0.05);
    }
    expect(new Set(cells.map((cell) => JSON.stringify(cell))).size).toBe(3);
    expect(randomCells(TASK, wanted, 3, 1)).toEqual(cells);
    expect(randomCells(TASK, wanted, 3, 2)).not.toEqual(cells);
    expect(() => randomCells(TASK, 5, 1, 1)).toThrow(RangeError);
  });
});

it('a run’s student is the best on validation, of equal ones the smallest', () => {
  const trial = (id: string, accuracy: number | undefined, params: number) => ({
    id,
    family: 'cells',
    config: {},
    accuracy,
    params,
  });
  const trials = [trial('a', 0.5, 3), trial('b', 0.75, 9), trial('c', 0.75, 4), trial('d', undefined, 1)];
  expect(bestOf(trainedIn({ run: { trials } }))).toMatchObject({ id: 'c', params: 4, validationAccuracy: 0.75 });
  expect(trainedIn({ run: { trials } }).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
});

it('figures are means over folds, and differences on the same folds alone', () => {
  const row = (arm: SpeechRow['arm'], fold: number, uar: number): SpeechRow => ({
    ...{ id: `emo-db/${arm}/${fold}`, arm, fold, uar, accuracy: uar, trainings: [], params: 100 * fold },
    // Nothing here reads where it came from.
    origin: { commit: '', at: '' } as unknown as SpeechRow['origin'],
  });
  const rows = [row('path-dropout', 2, 0.5), row('path-dropout', 1, 0.4), row('random', 1, 0.3), row('darts', 1, 0.6)];
  const { methods, comparisons } = figuresOf(rows);
  expect(methods['path-dropout']).toMatchObject({ uar: 0.45, seeds: [0.4, 0.5], params: 150 });
  // Student's t of one degree of freedom: .05 off the mean each, 12.706 * .05.
  expect(methods['path-dropout']?.low).toBeCloseTo(0.45 - 12.706 * 0.05, 9);
  expect(methods['random']).not.toHaveProperty('low');
  expect(comparisons['path-dropout - random']).toEqual({ mean: expect.closeTo(0.1, 12), p: 1, folds: 1 });
  expect(comparisons).not.toHaveProperty('trade - trade-plain');
});

it('NumPy’s whole numbers and words are read as they were written', async () => {
  const npy = (descr: string, shape: string, data: Buffer): Buffer => {
    const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117) + '\n';
    const head = Buffer.from(`\x93NUMPY\x01\x00${String.fromCharCode(text.length)}\x00`, 'latin1');
    return Buffer.concat([head, Buffer.from(text, 'latin1'), data]);
  };
  const words = Buffer.alloc(2 * 12);
  [...'abcd'].forEach((letter, place) => words.writeUInt32LE(letter.codePointAt(0) ?? 0, 4 * (place < 3 ? place : 3)));
  const zip = new ZipFile();
  zip.addBuffer(npy('<i2', '(2, 2)', Buffer.from([1, 0, 0xff, 0xff, 0, 0x80, 2, 1])), 'audio.npy');
  zip.addBuffer(npy('<i8', '()', Buffer.from([0x40, 0x1f, 0, 0, 0, 0, 0, 0])), 'rate.npy');
  zip.addBuffer(npy('<U3', '(2,)', words), 'names.npy');
  zip.end();
  const chunks: Buffer[] = [];
  // Sound: a stream of bytes gives buffers.
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  const file = join(folder, 'x.npz');
  writeFileSync(file, Buffer.concat(chunks));
  const arrays = await readNpz(file);
  expect(arrays.get('audio')).toEqual({ shape: [2, 2], values: [1, -1, -32_768, 258] });
  expect(numbersOf(arrays, 'rate')).toEqual([8000]);
  expect(wordsOf(arrays, 'names')).toEqual(['abc', 'd']);
  expect(() => numbersOf(arrays, 'names')).toThrow('no array "names" of whole numbers');
});

it('recordings are written as the product reads them', () => {
  const file = join(folder, 'x.wav');
  writeFileSync(file, wavOf([0, 16_384, -32_768], 8000));
  const wav = openWav(file);
  expect(wav).toMatchObject({ rate: 8000, channels: 1, frames: 3 });
  expect([...readWav(wav, 0, 3).samples]).toEqual([0, 0.5, -1]);
});
