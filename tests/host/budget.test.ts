/** Searches whose budget is in epochs of all trainings, through the host's own client. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { RunSummaryView, SearchInput } from '../../src/bridge/schemas/records.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';
import { untilRun } from '../support/until-run.ts';

const folder = temporaryFolder();
let host: Host;

beforeAll(() => void makeResources(folder.path));
afterEach(() => host.close());
afterAll(() => folder.remove());

const search = (epochs: number, more: Partial<SearchInput> = {}): SearchInput => ({
  name: 'by epochs',
  families: ['resnet', 'vit'],
  strategy: { id: 'random' },
  limits: { macs: 1_500_000 },
  budget: { epochs },
  recipe: { epochs: 6 },
  slots: 2,
  ...more,
});
const left = ({ run }: RunSummaryView): boolean => run.state !== 'running';

it('begins trainings as long as epochs are left, and says nothing of students that were never to come', async () => {
  host = await fakeHost(folder.path, {}, { workspace: join(folder.path, 'whole') });
  const { run } = await host.client.runs.start(search(20));
  const end = await untilRun(host.client, run.id, left);
  expect([end.run.state, end.run.reason, end.trials.finished]).toEqual(['finished', undefined, 4]);
  expect(end.run.config.budget).toEqual({ epochs: 20 });
  // The last one was begun with two left.
  expect(end.score.epochs).toBe(24);
});

it('counts what it had spent before a pause, and that once', async () => {
  host = await fakeHost(folder.path, { epochMs: 20 }, { workspace: join(folder.path, 'paused') });
  const { client } = host;
  const { run } = await client.runs.start(search(30, { slots: 1 }));
  await untilRun(client, run.id, ({ trials }) => trials.finished >= 2);
  await client.runs.pause({ id: run.id });
  await client.runs.resume({ id: run.id });
  const end = await untilRun(client, run.id, left);
  expect([end.run.reason, end.trials.finished, end.score.epochs]).toEqual([undefined, 5, 30]);
});

// Five epochs cannot hold the one training that each search has at least.
it('is refused where it is less than one training, alike by preview and start', async () => {
  host = await fakeHost(folder.path, {}, { workspace: join(folder.path, 'less') });
  const words = 'budget.epochs: 5 are fewer than one whole training of 6 epochs.';
  await expect(host.client.runs.start(search(5))).rejects.toMatchObject({ code: 'config.invalid', message: words });
  const { refusal, budget } = await host.client.runs.preview(search(5));
  expect(refusal).toEqual({ message: words, field: 'budget.epochs' });
  expect(budget).toEqual({ trainings: 5 / 6, epochs: 5, unit: 'epochs', isShort: false });
});

it('is refused beside a recipe by seconds, which has no epochs to count', async () => {
  host = await fakeHost(folder.path, {}, { workspace: join(folder.path, 'seconds') });
  const said = await host.client.runs.start(search(20, { recipe: { seconds: 3 } })).catch((error: unknown) => error);
  expect(said).toMatchObject({ code: 'config.invalid', message: expect.stringContaining('budget.epochs') });
});
