/**
 * A data set of somebody's own: who teaches its searches, what their hypervolume counts from, and
 * that a preview refuses what a start refuses. Caught: Start refused a data set with a teacher over
 * an unseen "fashion-resnet", the preview took anything.
 */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { PreviewView, SearchInput } from '../../src/bridge/schemas/records.ts';
import type { WorkbenchError } from '../../src/core/errors.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { FASHION_TEACHER, writeFakeTeacher } from '../support/fake-teacher.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';

const folder = temporaryFolder();
const inWorkspace = (path: string): string => join(folder.path, 'workspace', path);
const card = inWorkspace('datasets/mine/dataset.json');
const OWN = { id: 'mine', title: 'Mine', trainImages: 10_000 };
const NO_TEACHER = { distillation: { loss: 'none' } } as const;
let host: Host;

beforeAll(async () => {
  makeResources(folder.path);
  host = await fakeHost(folder.path);
  cpSync(join(folder.path, 'resources/datasets/fashion-mnist'), inWorkspace('datasets/mine'), { recursive: true });
  writeFileSync(card, readFileSync(card, 'utf8').replace('"id": "fashion-mnist"', '"id": "mine"'));
});
beforeEach(() => rmSync(inWorkspace('teachers'), { recursive: true, force: true }));
afterAll(async () => {
  await host.close();
  folder.remove();
});

const search = (more: Partial<SearchInput> = {}): SearchInput => ({
  ...{ name: 'x', dataset: 'mine', families: ['resnet'], strategy: { id: 'random' }, budget: { trials: 1 } },
  ...more,
});

async function started(input: SearchInput) {
  const { run } = await host.client.runs.start(input);
  await expect
    .poll(async () => (await host.client.runs.get({ id: run.id })).run.state, { timeout: 10_000 })
    .not.toBe('running');
  return run.config;
}

/** What both say, if it is the same. */
async function refusal(input: SearchInput): Promise<PreviewView['refusal']> {
  const { refusal: seen } = await host.client.runs.preview(input);
  const error = await host.client.runs.start(input).then(
    () => undefined,
    (thrown: WorkbenchError) => ({ message: thrown.message, field: thrown.place.field }),
  );
  expect(seen).toEqual(error);
  return seen;
}

it('is taught by its own teacher where none is named, and by the first of the program on bundled data', async () => {
  writeFakeTeacher(inWorkspace('teachers/own'), { ...FASHION_TEACHER, name: 'own', dataset: OWN });
  writeFakeTeacher(inWorkspace('teachers/a-fashion'), { ...FASHION_TEACHER, name: 'a-fashion' });
  expect((await host.client.runs.preview(search())).refusal).toBeUndefined();
  expect((await started(search())).teacher).toBe('own');
  expect((await started(search({ dataset: 'fashion-mnist' }))).teacher).toBe('fashion-resnet');
});

it('has no teacher until one is trained: preview and start refuse alike, and both take labels alone', async () => {
  const said = await refusal(search());
  expect(said).toMatchObject({ field: 'teacher', message: expect.stringContaining('labels alone') });
  expect((await refusal(search({ teacher: 'fashion-resnet' })))?.message).toContain('was trained on fashion-mnist');
  const alone = search({ recipe: NO_TEACHER });
  expect((await host.client.runs.preview(alone)).refusal).toBeUndefined();
  expect((await started(alone)).teacher).toBe('');
});

it('is refused by both where no student is within a limit, which is named', async () => {
  const input = search({ recipe: NO_TEACHER, limits: { params: 10 } });
  expect(await refusal(input)).toMatchObject({
    field: 'limits.params',
    message: expect.stringContaining('params <= 10'),
  });
  expect((await host.client.runs.preview(input)).students).toMatchObject([{ feasible: 0 }]);
  expect((await refusal(search({ recipe: NO_TEACHER, trainImages: 20_000 })))?.field).toBe('trainImages');
});

it('counts the hypervolume from chance, or from its commonest class, so that weak students have one', async () => {
  const alone = search({ recipe: NO_TEACHER });
  expect((await started(alone)).reference['accuracy']).toBe(0.1);
  const text = readFileSync(card, 'utf8');
  // Of 5,000 validation images, 2,750 of one class: to name it always is right in 55 %.
  const balance = [2750, ...Array<number>(9).fill(250)];
  writeFileSync(card, text.replace('"val": {', `"val": { "balance": ${JSON.stringify(balance)},`));
  expect((await started(alone)).reference['accuracy']).toBe(0.55);
  expect((await started({ ...alone, reference: { accuracy: 0.5 } })).reference['accuracy']).toBe(0.5);
});
