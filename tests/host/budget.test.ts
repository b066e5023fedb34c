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
});

it('counts what it had spent before a pause, and that once', async () => {
  host = await fakeHost(folder.path, { epochMs: 20 }, { workspace: join(folder.path, 'paused') });
  const { client } = host;
  const { run } = await client.runs.start(search(30, { slots: 1 }));
  await untilRun(client, run.id, ({ trials }) => trials.finished >= 2);
  await client.runs.pause({ id: run.id });
  await client.runs.resume({ id: run.id });
  const end = await untilRun(client, run.id, left);
  expect([end.run.reason, end.trials.finished]).toEqual([undefined, 5]);
});

it('is refused beside a recipe by seconds, which has no epochs to count', async () => {
  host = await fakeHost(folder.path, {}, { workspace: join(folder.path, 'seconds') });
  const said = await host.client.runs.start(search(20, { recipe: { seconds: 3 } })).catch((error: unknown) => error);
  expect(said).toMatchObject({ code: 'config.invalid', message: expect.stringContaining('budget.epochs') });
});
