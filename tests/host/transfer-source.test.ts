/** Weights of a network of one data set for students of another: who may give them, and to whom. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importOrderSchema, subsetInputSchema } from '../../src/bridge/schemas/import.ts';
import type { SearchInput } from '../../src/bridge/schemas/records.ts';
import { checkStrategies } from '../../src/host/for-shells.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { idxPair, repeated, writeFiles } from '../compute/support/sources.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';
import { untilRun } from '../support/until-run.ts';

const folder = temporaryFolder();
let host: Host;
let client: Host['client'];
const quiet = (): void => undefined;
const never = new AbortController().signal;

beforeAll(async () => {
  makeResources(folder.path);
  host = await fakeHost(folder.path);
  ({ client } = host);
  const few = { from: 'fashion-mnist', classes: ['7-9'], perClass: 10, name: 'few' };
  await host.cutDataset(subsetInputSchema.parse(few), quiet, never);
  const path = writeFiles(join(folder.path, 'digits'), idxPair('train', repeated(3, 40)));
  await host.importDataset(importOrderSchema.parse({ path, size: 16, name: 'digits' }), quiet, never);
  writeFileSync(join(folder.path, 'a.onnx'), 'a fake reads none');
  const onnx = { path: join(folder.path, 'a.onnx'), dataset: 'fashion-mnist', name: 'network' };
  await host.importTeacher(onnx, quiet, never);
});
afterAll(async () => {
  await host.close();
  folder.remove();
});

const REFERENCE = { width1: 8, blocks1: 1, width2: 16, blocks2: 1, blocks3: 1, width3: 32 };
const tuned = (changes: Partial<SearchInput> = {}): SearchInput => ({
  ...{ name: 'Tuned', dataset: 'few', teacher: 'fashion-resnet', students: [{ family: 'resnet', config: REFERENCE }] },
  strategy: { id: 'listed', options: { seeds: 1, from: 'teacher' } },
  space: 'compact',
  recipe: { epochs: 2, batchSize: 10, distillation: { loss: 'none' } },
  ...changes,
});
const refusalOf = async (input: SearchInput) => (await client.runs.preview(input)).refusal;

async function run(input: SearchInput) {
  const { run: begun } = await client.runs.start(input);
  await untilRun(client, begun.id, ({ run: { state } }) => state !== 'running');
  return { run: begun, trials: await client.runs.trials({ id: begun.id }) };
}

describe('students of one set from the weights of another', () => {
  it('are trained, say whose weights they began with, and keep the source from being removed', async () => {
    const input = tuned();
    expect(await refusalOf(input)).toBeUndefined();
    const { run: begun, trials } = await run(input);
    expect(trials.map(({ state, from }) => [state, from])).toEqual([
      ['finished', { parents: ['teacher'], map: 'inherit', seed: 0 }],
    ]);
    const setup = await client.runs.setup({ id: begun.id });
    expect([setup.run.config.teacher, setup.sources?.teacher?.weights]).toEqual([
      'fashion-resnet',
      expect.stringMatching(/^[0-9a-f]{64}$/),
    ]);
    const used = (await client.library.records()).teachers.find(({ name }) => name === 'fashion-resnet')?.usage;
    expect(used?.runs.map(({ id }) => id)).toContain(begun.id);
  });

  it('may have a head alone that learns', async () => {
    const { recipe = {} } = tuned();
    const { trials } = await run(tuned({ recipe: { ...recipe, trains: 'head' } }));
    expect(trials.map(({ state }) => state)).toEqual(['finished']);
  });

  it('have no use for a network where they begin by chance, and are not taught by it', async () => {
    const options = { seeds: 1, from: 'chance' };
    const { trials } = await run(tuned({ strategy: { id: 'listed', options } }));
    expect(trials.map(({ state, from }) => [state, from])).toEqual([['finished', undefined]]);
  });

  it.each([
    ['none is named', tuned({ teacher: undefined }), 'none is named', 'teacher'],
    ['there is none', tuned({ teacher: 'nobody' }), 'no teacher "nobody"', 'teacher'],
    ['it is a file', tuned({ teacher: 'network' }), 'choose one that was trained here', 'teacher'],
    ['its images are larger', tuned({ dataset: 'digits' }), 'between sets of other sizes', 'teacher'],
    [
      'it is to teach, too',
      tuned({ recipe: { epochs: 2, batchSize: 10, distillation: { loss: 'kd' } } }),
      'it knows 10 classes, and few has 3',
      'teacher',
    ],
    [
      'nobody knows where to begin',
      tuned({ strategy: { id: 'listed', options: { seeds: 1, from: 'nowhere' } } }),
      'choose chance, teacher',
      'strategy.options.from',
    ],
    [
      'a head is to learn over chance',
      tuned({
        strategy: { id: 'listed', options: { seeds: 1 } },
        recipe: { epochs: 2, batchSize: 10, trains: 'head', distillation: { loss: 'none' } },
      }),
      'over a body that was drawn by chance',
      'recipe.trains',
    ],
  ])('are refused in words where %s, in preview and start alike', async (_why, input, words, field) => {
    const before = (await client.runs.list({})).total;
    const refusal = await refusalOf(input);
    expect([refusal?.message, refusal?.field]).toEqual([expect.stringContaining(words), field]);
    await expect(client.runs.start(input)).rejects.toThrow(words);
    expect((await client.runs.list({})).total).toBe(before);
  });
});

describe('a search that grows the network of another set', () => {
  const { students: _, ...grown } = tuned({ strategy: { id: 'cenas' }, families: ['resnet'], budget: { trials: 3 } });

  it('begins as the teacher, and every child has the weights of another student', async () => {
    const { trials } = await run({ ...grown, slots: 1 });
    expect(trials.map(({ state }) => state)).toEqual(['finished', 'finished', 'finished']);
    // The fake teacher is the family's reference student.
    expect(trials[0]).toMatchObject({ candidate: { config: REFERENCE }, from: { parents: ['teacher'] } });
    for (const { number, from } of trials.slice(1)) expect(from?.parents[0]).toBeLessThan(number);
  });

  it.each([
    ['its family is none of the space', { families: ['vit'] }, 'add its family', 'families'],
    ['weights are not kept', { checkpoints: { keep: 'front' } }, 'keep them, with `last`', 'checkpoints.keep'],
    [
      'nobody knows such a growth',
      { strategy: { id: 'cenas', options: { growth: 'x' } } },
      'expand or random',
      'strategy.options.growth',
    ],
  ] as const)('is refused in words where %s', async (_why, changes, words, field) => {
    const refusal = await refusalOf({ ...grown, ...changes } as SearchInput); // readonly arrays
    expect([refusal?.message, refusal?.field]).toEqual([expect.stringContaining(words), field]);
  });

  it('plays no recorded table, and says why', () => {
    expect(() => checkStrategies(['random', 'cenas'])).toThrow('CENAS needs networks, and a table has results alone');
  });
});

describe('a student as a teacher', () => {
  it('is listed as a network of its data set, called after its run where nothing is said', async () => {
    const { trials } = await run(tuned({ name: 'Source' }));
    const student = trials[0]?.id ?? '';
    await host.importTeacher({ student, name: 'small' }, quiet, never);
    const made = (await client.catalog.teachers()).find(({ name }) => name === 'small');
    expect(made).toMatchObject({ kind: 'graph', dataset: 'few' });
    expect(await refusalOf(tuned({ teacher: 'small' }))).toBeUndefined();
    await expect(host.importTeacher({ student, name: 'small' }, quiet, never)).rejects.toThrow('exists already');
  });

  it('is refused where there is no such student', async () => {
    await expect(host.importTeacher({ student: 'x', name: 'other' }, quiet, never)).rejects.toThrow('no trial "x"');
  });
});
