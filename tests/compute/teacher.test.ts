/** A teacher from its training to its soft targets on disk. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { gatherImages, viewOf } from '../../src/compute/data/augment.ts';
import { loadDataset } from '../../src/compute/data/dataset.ts';
import { evaluate } from '../../src/compute/training/evaluate.ts';
import { unflatten } from '../../src/compute/model/parameters.ts';
import { loadTeacher, testing } from '../../src/compute/teachers/graph-teacher.ts';
import { teacherTargets } from '../../src/compute/teachers/teacher.ts';
import type { TargetsRequest } from '../../src/compute/teachers/teacher.ts';
import { DISTILLATION_DEFAULTS } from '../../src/core/records/distillation.ts';
import { LOGITS } from '../../src/core/distill/teacher-arrays.ts';
import { disposeTargets } from '../../src/compute/teachers/targets.ts';
import type { TeacherTargets } from '../../src/compute/teachers/targets.ts';
import { readKnownGraph } from '../../src/compute/teachers/card.ts';
import { trainTeacher } from '../../src/compute/teachers/train.ts';
import { TINY, writeTinyDataset } from './support/tiny-dataset.ts';
import { TINY_RECIPE, tinyConvolutional } from './support/tiny-training.ts';

const { imagesForTeacher } = testing;

const folder = mkdtempSync(join(tmpdir(), 'teacher-'));
const directory = writeTinyDataset(join(folder, 'data'));
const teacherDirectory = join(folder, 'teacher');
const free = (): Promise<void> => Promise.resolve();
afterAll(() => rmSync(folder, { recursive: true }));

/** One bit of the byte at this share of the file. */
const flip = (file: string, place: number): void => {
  const bytes = readFileSync(file);
  const at = Math.floor(place * (bytes.length - 1));
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  writeFileSync(file, bytes);
};

function request(cacheDir: string, count: number = TINY.train): TargetsRequest {
  const { augmentation } = TINY_RECIPE;
  const { kd: distillation } = DISTILLATION_DEFAULTS;
  const dataset = loadDataset(directory);
  const student = tinyConvolutional();
  return {
    teacher: { directory: teacherDirectory },
    dataset,
    count,
    augmentation,
    distillation,
    student,
    cacheDir: join(folder, cacheDir),
  };
}

function logitsOf({ tensors }: TeacherTargets): tf.Tensor {
  const logits = tensors.get(LOGITS);
  if (logits === undefined) throw new Error('The targets lack logits');
  return logits;
}

async function targetsOf(
  wanted: TargetsRequest,
): Promise<{ readonly values: Float32Array; readonly computed: number }> {
  let computed = 0;
  const targets = await teacherTargets(wanted, free, () => (computed += 1));
  const values = logitsOf(targets).dataSync<'float32'>().slice();
  disposeTargets(targets);
  return { values, computed };
}

beforeAll(async () => {
  await loadBackend();
  const dataset = loadDataset(directory);
  const { card, normalisation, split } = dataset;
  const [train, validation, test] = [split('train'), split('val'), split('test')];
  const options = { name: 'tiny', title: 'Tiny', dataset: card, normalisation, train, validation, test };
  const folders = { outDir: teacherDirectory, workDir: join(folder, 'work') };
  const rest = { seed: 1, date: '2026-01-02', graph: tinyConvolutional(), recipe: { ...TINY_RECIPE, epochs: 12 } };
  await trainTeacher({ ...options, ...folders, ...rest }, () => undefined, free);
});

describe('trainTeacher', () => {
  it('writes a card whose figures are those of the rounded weights beside it', async () => {
    const card = readKnownGraph({ directory: teacherDirectory }, 'tests');
    const dataset = loadDataset(directory);
    const loaded = loadTeacher({ directory: teacherDirectory }, dataset);
    const { model, parameters } = loaded;
    const images = imagesForTeacher(loaded, dataset, 'test', {});
    const { accuracy } = await evaluate(model, parameters, images, dataset.split('test').labels, free);
    images.dispose();
    expect(card.accuracy.test).toBe(accuracy);
    expect(card.accuracy.validation).toBeGreaterThan(0.6); // chance is a third
    expect(card.weights.bytes).toBe(statSync(join(teacherDirectory, card.weights.file)).size);
    expect(card.dataset).toEqual({ id: 'tiny', title: 'Tiny', trainImages: TINY.train });
  });
});

describe('a teacher whose training goes on', () => {
  /** Stops after the third of six epochs: the states after the second and the third are there. */
  async function stopped(name: string) {
    const dataset = loadDataset(directory);
    const { card, normalisation, split } = dataset;
    const options = {
      ...{ name, title: name, dataset: card, normalisation, seed: 1, date: '2026-01-02', graph: tinyConvolutional() },
      ...{ train: split('train'), validation: split('val'), test: split('test') },
      ...{ outDir: join(folder, `${name}-out`), workDir: join(folder, `${name}-work`) },
      recipe: { ...TINY_RECIPE, epochs: 6 },
    };
    const epochs: number[] = [];
    const yieldToEvents = (): Promise<void> => (epochs.length === 3 ? Promise.reject(new Error('stopped')) : free());
    await trainTeacher(options, ({ point }) => epochs.push(point.epoch), yieldToEvents).catch(() => undefined);
    expect(readdirSync(options.workDir).sort()).toEqual(['teacher-2.safetensors', 'teacher-3.safetensors']);
    return options;
  }

  async function goOn(options: Awaited<ReturnType<typeof stopped>>) {
    const [epochs, notes]: [number[], string[]] = [[], []];
    const onNote = (words: string): void => void notes.push(words);
    const { weights } = await trainTeacher({ ...options, onNote }, ({ point }) => epochs.push(point.epoch), free);
    return { epochs, notes, sha256: weights.sha256 };
  }

  const newest = ({ workDir }: { readonly workDir: string }, epoch = 3) =>
    join(workDir, `teacher-${epoch}.safetensors`);
  it.each([
    ['cut', (file: string) => truncateSync(file, 100)],
    ['emptied', (file: string) => truncateSync(file, 0)],
    // In the header, in the middle, at the end: a number that is another one, and as finite.
    ['flipped at its start', (file: string) => flip(file, 0)],
    ['flipped in its middle', (file: string) => flip(file, 0.5)],
    ['flipped at its end', (file: string) => flip(file, 1)],
  ])(
    'goes on from the state before, and says so, where the newest is %s; to the same weights',
    async (name, damage) => {
      const options = await stopped(`newest-${name.replaceAll(' ', '-')}`);
      const { workDir } = options;
      cpSync(workDir, `${workDir}-sound`, { recursive: true });
      damage(newest(options));
      const mended = await goOn(options);
      expect(mended.notes).toEqual(['What was kept after epoch 3 is damaged: it goes on after epoch 2.']);
      expect(mended.epochs).toEqual([3, 4, 5, 6]);
      const sound = await goOn({ ...options, workDir: `${workDir}-sound`, outDir: `${options.outDir}-sound` });
      expect([sound.epochs, sound.notes, sound.sha256]).toEqual([[4, 5, 6], [], mended.sha256]);
    },
  );

  it('begins anew, and says so, where nothing that was kept is sound', async () => {
    const options = await stopped('nothing');
    truncateSync(newest(options), 0);
    flip(newest(options, 2), 0.7);
    const { epochs, notes } = await goOn(options);
    expect(notes).toEqual(['What was kept after epoch 3 and 2 is damaged: it begins anew.']);
    expect(epochs).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe('teacherTargets', () => {
  it('are computed once, and read back the same ever after', async () => {
    const first = await targetsOf(request('once'));
    const second = await targetsOf(request('once'));
    expect(first.computed).toBeGreaterThan(0);
    expect(second.computed).toBe(0);
    expect(second.values).toEqual(first.values);
    expect(readdirSync(join(folder, 'once')).filter((file) => !file.endsWith('.safetensors'))).toEqual([]);
  });

  it('are the logits of the images that the trainer shows', async () => {
    const wanted = request('shown');
    const targets = await teacherTargets(wanted, free, () => undefined);
    const { views, viewSeed } = targets;
    const teacher = loadTeacher({ directory: teacherDirectory }, wanted.dataset);
    const images = imagesForTeacher(teacher, wanted.dataset, 'train', { shift: wanted.augmentation.shift });
    const samples = Int32Array.of(5, 40, 77);
    const view = views - 1;
    const output = tf.tidy(() => {
      const shown = gatherImages(
        images,
        samples,
        Array.from(samples, (sample) =>
          viewOf(viewSeed, sample, view, wanted.augmentation, { height: TINY.side, width: TINY.side }),
        ),
      );
      const weights = unflatten(teacher.model.layout, teacher.parameters.theta);
      return teacher.model.forward(shown, weights, teacher.parameters.statistics).arraySync();
    });
    const all = logitsOf(targets).arraySync() as number[][]; // rows
    Array.from(samples).forEach((sample, row) => {
      all[view * TINY.train + sample]?.forEach((value, index) =>
        expect(value).toBeCloseTo(output[row]?.[index] ?? Number.NaN, 2),
      );
    });
    disposeTargets(targets);
    images.dispose();
  });

  it('are others for fewer images or another augmentation, and mended where the file is broken', async () => {
    const whole = await targetsOf(request('keys'));
    expect((await targetsOf(request('keys', 50))).computed).toBeGreaterThan(0);
    const plain = { ...request('keys'), augmentation: { flip: false, shift: 0, cutout: 0, timeMask: 0, bandMask: 0 } };
    expect((await targetsOf(plain)).computed).toBeGreaterThan(0);
    for (const file of readdirSync(join(folder, 'keys'))) writeFileSync(join(folder, 'keys', file), 'rubbish');
    const again = await targetsOf(request('keys'));
    expect(again.computed).toBeGreaterThan(0);
    expect(again.values).toEqual(whole.values);
    // One bit of one value: it has the form of targets, and would teach something else.
    for (const file of readdirSync(join(folder, 'keys'))) flip(join(folder, 'keys', file), 1);
    const mended = await targetsOf(request('keys'));
    expect([mended.computed > 0, mended.values]).toEqual([true, whole.values]);
  });

  it('are shared between processes: a dead claim is taken over, those of the living waited for', async () => {
    const reference = await targetsOf(request('reference'));
    const files = readdirSync(join(folder, 'reference'));
    mkdirSync(join(folder, 'claims'));
    // A pid beyond every system's limit is nobody's; the parent of this test lives.
    files.forEach((file, index) =>
      writeFileSync(join(folder, 'claims', `${file}.claim`), index === 0 ? String(process.ppid) : '999999999'),
    );
    const [awaited = ''] = files;
    let waits = 0;
    const yieldToEvents = async (): Promise<void> => {
      if (
        readdirSync(join(folder, 'claims')).filter((file) => file.endsWith('.safetensors')).length ===
          files.length - 1 &&
        waits++ === 2
      ) {
        rmSync(join(folder, 'claims', `${awaited}.claim`));
      }
    };
    const targets = await teacherTargets(request('claims'), yieldToEvents, () => undefined);
    expect(waits).toBeGreaterThan(2);
    expect(logitsOf(targets).dataSync<'float32'>()).toEqual(reference.values);
    disposeTargets(targets);
  });

  it('are refused where a weight of the teacher has changed since its card was written', () => {
    const changed = join(folder, 'changed');
    cpSync(teacherDirectory, changed, { recursive: true });
    const file = join(changed, 'weights.safetensors');
    const bytes = readFileSync(file);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
    writeFileSync(file, bytes);
    expect(() => loadTeacher({ directory: changed }, loadDataset(directory))).toThrow('its hash is not the one');
  });

  it('are refused where the teacher is for other images', () => {
    const dataset = loadDataset(directory);
    const other = { ...dataset, card: { ...dataset.card, classes: ['a', 'b'] } };
    expect(() => loadTeacher({ directory: teacherDirectory }, other)).toThrow(
      expect.objectContaining({ code: 'teacher.mismatch' }),
    );
    expect(() => loadTeacher({ directory: join(folder, 'nobody') }, dataset)).toThrow(
      expect.objectContaining({ code: 'teacher.missing' }),
    );
  });
});
