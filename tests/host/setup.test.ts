/** What a run is, of runs as every released version left them, and of one that is searched now. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, it, test } from 'vitest';
import { setupSchema } from '../../src/bridge/schemas/setup.ts';
import type { SetupView } from '../../src/bridge/schemas/setup.ts';
import { setupGroups, UNKNOWN } from '../../src/bridge/words/setup-words.ts';
import type { Machine } from '../../src/core/records/machine.ts';
import { MOST_MACHINES } from '../../src/core/records/sources.ts';
import { createCatalog } from '../../src/host/library/catalog.ts';
import { noteComputer, withMachine } from '../../src/host/runs/machine.ts';
import { setupOf } from '../../src/host/runs/setup.ts';
import { MIGRATIONS } from '../../src/store/migrations/index.ts';
import { DATABASE_FILE, openWorkspace } from '../../src/store/workspace.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';
import { RECORDED_SOURCES } from '../support/store-records.ts';
import { untilRun } from '../support/until-run.ts';

const folder = temporaryFolder();
const resources = makeResources(folder.path);
afterAll(() => folder.remove());

const fixture = (version: number): string => `../store/fixtures/schema-${String(version).padStart(4, '0')}.sql`;
const textOf = (setup: SetupView): string =>
  setupGroups(setup)
    .flatMap(({ title, rows }) => [title, ...rows.flat()])
    .join('\n');

test.each(MIGRATIONS.map(({ version }) => version))('a run of schema %i says what it is', async (version) => {
  const directory = join(folder.path, `schema-${version}`);
  mkdirSync(directory);
  const sql = readFileSync(fileURLToPath(new URL(fixture(version), import.meta.url)), 'utf8');
  new Database(join(directory, DATABASE_FILE)).exec(sql).close();
  const { store, close } = openWorkspace(directory);
  const setup = await setupOf(store, createCatalog(resources, directory), 'run_1');
  close();
  // The fixtures' limits are infinite, which no window would have asked for.
  const { run: _, ...beside } = setup;
  expect(setupSchema.omit({ run: true }).parse(beside)).toEqual(beside);
  expect(textOf(setup)).not.toMatch(/undefined|\[object/);
  expect(setupGroups(setup).flatMap(({ rows }) => rows.filter(([, value]) => value === ''))).toEqual([]);
  const machine = new Map(setupGroups(setup).find(({ title }) => title === 'Machine')?.rows);
  expect([machine.get('Program'), machine.get('Backend')]).toEqual([UNKNOWN, UNKNOWN]);
});

describe('a run that is searched now', () => {
  it('knows its program, its machine and, once a student is trained, what computed', async () => {
    const host = await fakeHost(folder.path, {}, { version: '9.8.7' });
    const { run } = await host.client.runs.start({
      ...{ name: 'Set-up', families: ['resnet'], limits: { macs: 1_500_000 }, budget: { trials: 2 }, slots: 1 },
    });
    await untilRun(host.client, run.id, (summary) => summary.run.state !== 'running');
    const setup = await host.client.runs.setup({ id: run.id });
    await expect(host.client.runs.setup({ id: 'nothing' })).rejects.toMatchObject({ code: 'run.missing' });
    await host.close();
    expect(setup.sources?.machines).toEqual([
      {
        ...{ at: expect.stringMatching(/^\d{4}-/), program: '9.8.7', node: process.versions.node },
        ...{ platform: `${process.platform} ${process.arch}`, processor: expect.any(String) },
        ...{ cores: expect.any(Number), backend: 'fake 1.0.0', device: 'cpu (none)', threads: 1 },
      },
    ]);
    expect(setup.dataset).toMatchObject({ title: 'Fashion-MNIST', splits: { train: 10_000 } });
    expect(setup.families).toMatchObject([{ name: 'resnet', dimensions: expect.any(Array) }]);
    expect(setup.families[0]?.dimensions?.every(({ levels }) => levels.length > 1)).toBe(true);
    // The class list is the run's own, whatever stands under that name.
    expect(setup.sources?.dataset.classes).toHaveLength(10);
  });
});

describe('the machines of a run', () => {
  const machine = (node: string): Machine => ({
    ...{ at: '2026-02-03T04:05:06.000Z', program: '1', node, platform: 'linux x64', processor: 'p', cores: 2 },
  });

  it('are told once for as long as it stays there, and the last of too many', () => {
    const first = withMachine(RECORDED_SOURCES, machine('24.0'));
    expect(withMachine(first, { ...machine('24.0'), at: '2026-03-03T04:05:06.000Z' })).toBe(first);
    const nodes = Array.from({ length: MOST_MACHINES + 5 }, (_, number) => `24.${number}`);
    const all = nodes.reduce((sources, node) => withMachine(sources, machine(node)), RECORDED_SOURCES).machines ?? [];
    expect(all).toHaveLength(MOST_MACHINES);
    expect([all[0]?.node, all.at(-1)?.node]).toEqual(['24.0', nodes.at(-1)]);
  });

  it('keep what computed first on each, and nothing of a run without any', () => {
    const written: unknown[] = [];
    const store = (sources: typeof RECORDED_SOURCES | undefined) => ({
      sources: () => sources,
      setSources: (_id: string, next: unknown) => void written.push(next),
    });
    const computer = { backend: 'wasm 4', device: 'cpu', threads: 1 };
    noteComputer(store(undefined), 'r', computer);
    noteComputer(store(RECORDED_SOURCES), 'r', computer);
    const known = withMachine(RECORDED_SOURCES, machine('24.0'));
    noteComputer(store(known), 'r', undefined);
    expect(written).toEqual([]);
    noteComputer(store(known), 'r', computer);
    expect(written).toEqual([{ ...known, machines: [{ ...machine('24.0'), ...computer }] }]);
    noteComputer(store({ ...known, machines: [{ ...machine('24.0'), ...computer }] }), 'r', computer);
    expect(written).toHaveLength(1);
  });
});
