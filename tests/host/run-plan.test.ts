/** Bad input is refused with its code and field before anything is written. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SearchInput } from '../../src/bridge/schemas/records.ts';
import { WorkbenchError } from '../../src/core/errors.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { FASHION_TEACHER, writeFakeTeacher } from '../support/fake-teacher.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';

const folder = temporaryFolder();
const fashion = join(folder.path, 'resources/datasets/fashion-mnist');
let resources: string;
let host: Host;

beforeAll(async () => {
  resources = makeResources(folder.path);
  host = await fakeHost(folder.path);
});
// A copy that tests may spoil.
beforeEach(() => {
  rmSync(fashion, { recursive: true, force: true });
  cpSync(join(import.meta.dirname, '../../resources/datasets/fashion-mnist'), fashion, { recursive: true });
});
afterAll(async () => {
  await host.close();
  folder.remove();
});

async function refusal(input: unknown): Promise<WorkbenchError> {
  // Sound: refusing what is no SearchInput is what is tested.
  const error: unknown = await host.client.runs.start(input as SearchInput).then(
    () => new Error('it was started'),
    (thrown: unknown) => thrown,
  );
  expect((await host.client.runs.list({})).total).toBe(0);
  expect(host.activeRuns()).toEqual([]);
  if (error instanceof WorkbenchError) return error;
  throw error;
}

describe('start refuses, and leaves no run behind,', () => {
  it.each([
    [{ dataset: 'imagenet' }, 'dataset.missing', 'dataset', 'fashion-mnist'],
    [{ dataset: '../../etc' }, 'dataset.missing', 'dataset', 'There is no data set'],
    [{ teacher: 'nobody' }, 'teacher.missing', 'teacher', 'fashion-resnet'],
    [{ families: ['resnet', 'alexnet'] }, 'family.unknown', 'families', 'mobilenet-v2'],
    [{ strategy: { id: 'magic' } }, 'strategy.unknown', 'strategy.id', 'trade'],
    [
      { strategy: { id: 'trade', options: { refrences: 1 } } },
      'config.invalid',
      'strategy.options.refrences',
      'references',
    ],
    [{ limits: { params: 10 } }, 'budget.unreachable', 'limits.params', 'params <= 10'],
    [{ limits: { macs: 5, params: 10 } }, 'budget.unreachable', 'limits', 'macs <= 5'],
    [{ trainImages: 20_000 }, 'config.invalid', 'trainImages', '10000'],
    [{ trainImages: 100, recipe: { batchSize: 101 } }, 'config.invalid', 'recipe.batchSize', '100 training images'],
    [
      { recipe: { augmentation: { timeMask: 8 } } },
      'config.invalid',
      'recipe.augmentation.timeMask',
      'has images, which are not changed so. They take flip, shift, cutout, mixup: leave it out.',
    ],
    [{ strategy: { id: 'listed' } }, 'config.invalid', 'students', 'name the students'],
    [{ students: [{ family: 'resnet', config: {} }] }, 'config.invalid', 'students', 'Global process chooses its own'],
    [
      { strategy: { id: 'listed' }, students: [{ family: 'resnet', config: { width1: 5 } }] },
      'config.invalid',
      'students.0.config.width1',
      'cannot be 5',
    ],
    [{ strategy: { id: 'listed' }, students: [{ family: 'x', config: {} }] }, 'family.unknown', 'families', 'resnet'],
    [{ bugdet: {} }, 'config.invalid', '', 'bugdet'],
  ])('%j', async (part, code, field, words) => {
    const error = await refusal({ name: 'x', ...part });
    expect([error.code, error.place.field ?? '']).toEqual([code, field]);
    expect(error.message).toContain(words);
  });

  it('a teacher of another data set or shape', async () => {
    const card = join(resources, 'teachers/fashion-resnet/teacher.json');
    const text = readFileSync(card, 'utf8');
    const named = { name: 'x', teacher: 'fashion-resnet' };
    try {
      writeFileSync(card, text.replace('"id":"fashion-mnist"', '"id":"cifar"'));
      expect((await refusal(named)).code).toBe('teacher.mismatch');
      writeFakeTeacher(join(card, '..'), { ...FASHION_TEACHER, classes: 11 });
      expect((await refusal(named)).code).toBe('teacher.mismatch');
      // A graph that does not go from its images to so many classes is none.
      writeFileSync(card, text.replace('"classes":10', '"classes":11'));
      expect((await refusal(named)).code).toBe('teacher.missing');
      writeFileSync(card, '{');
      const broken = await refusal(named);
      expect([broken.code, broken.place.file]).toEqual(['teacher.missing', card]);
    } finally {
      writeFileSync(card, text);
    }
  });

  it.each([
    ['train-images.idx3.gz', (bytes: Buffer) => bytes.subarray(0, 1000), 'dataset.corrupt'],
    ['val-labels.idx1.gz', (bytes: Buffer) => flip(bytes, 30), 'dataset.corrupt'],
    ['test-images.idx3.gz', (bytes: Buffer) => flip(bytes, bytes.length - 20), 'dataset.corrupt'],
    ['dataset.json', () => Buffer.from('{"id":'), 'dataset.corrupt'],
    ['dataset.json', () => Buffer.from('{"id":"x"}'), 'dataset.corrupt'],
    ['val-images.idx3.gz', undefined, 'dataset.missing'],
  ])('a damaged %s, naming the file', async (name, damage, code) => {
    const file = join(fashion, name);
    if (damage === undefined) rmSync(file);
    else writeFileSync(file, damage(readFileSync(file)));
    const error = await refusal({ name: 'x' });
    expect([error.code, error.place.file]).toEqual([code, file]);
  });

  it('anything at all with typed errors only', async () => {
    const keys = ['name', 'dataset', 'families', 'strategy', 'limits', 'budget', 'recipe', 'seed', 'objectives'];
    const record = fc.dictionary(fc.constantFrom(...keys), fc.jsonValue());
    const property = fc.asyncProperty(fc.oneof(record, fc.jsonValue()), async (input) => {
      // A name that is missing or no text keeps every such input from being a search.
      const value =
        typeof input === 'object' && input !== null && !Array.isArray(input) ? { ...input, name: 7 } : input;
      const error = await refusal(value);
      expect(error.code).toBe('config.invalid');
    });
    await fc.assert(property, { numRuns: 100 });
  });
});

describe('other methods with wrong input', () => {
  it('give typed errors only', async () => {
    const { runs, trials, catalog, review, views, archives } = host.client;
    const methods = [
      (input: unknown) => runs.get(input as never),
      (input: unknown) => runs.pause(input as never),
      (input: unknown) => runs.resume(input as never),
      (input: unknown) => runs.stop(input as never),
      (input: unknown) => runs.trash(input as never),
      (input: unknown) => runs.purge(input as never),
      (input: unknown) => runs.tag(input as never),
      (input: unknown) => runs.setNote(input as never),
      (input: unknown) => views.save(input as never),
      (input: unknown) => archives.upload(input as never),
      (input: unknown) => runs.rename(input as never),
      (input: unknown) => trials.get(input as never),
      (input: unknown) => review.predictions(input as never),
      (input: unknown) => review.layers(input as never),
      (input: unknown) => review.twins(input as never),
      (input: unknown) => review.images(input as never),
      (input: unknown) => catalog.families(input as never),
    ] as const;
    const input = fc.oneof(
      fc.jsonValue(),
      fc.record({ id: fc.string() }),
      fc.record({ id: fc.string(), name: fc.string() }),
      fc.record({ dataset: fc.string() }),
      fc.record({ teacher: fc.string() }),
    );
    const property = fc.asyncProperty(fc.constantFrom(...methods), input, async (method, value) => {
      const error: unknown = await method(value).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(WorkbenchError);
      expect(['config.invalid', 'run.missing', 'trial.missing', 'dataset.missing', 'teacher.missing']).toContain(
        (error as WorkbenchError).code,
      );
    });
    await fc.assert(property, { numRuns: 200 });
  });
});

function flip(bytes: Buffer, index: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[index] = (copy[index] ?? 0) ^ 1;
  return copy;
}
