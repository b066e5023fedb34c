/** The host as a whole: what shells count on besides runs. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { contract } from '../../src/bridge/contract.ts';
import { createHost } from '../../src/host/for-shells.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { FAKE_TRAINER, fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';

const hosts: Host[] = [];
const folders: { remove(): void }[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close();
  for (const folder of folders.splice(0)) folder.remove();
});

async function open(more: Parameters<typeof fakeHost>[2] = {}): Promise<{ host: Host; path: string }> {
  const folder = temporaryFolder();
  folders.push(folder);
  makeResources(folder.path);
  const host = await fakeHost(folder.path, {}, more);
  hosts.push(host);
  return { host, path: folder.path };
}

describe('createHost', () => {
  it('answers every method of the contract, if only by refusing the input', async () => {
    const { host } = await open();
    for (const [group, methods] of Object.entries(contract)) {
      for (const method of Object.keys(methods)) {
        if (`${group}.${method}` === 'system.quit' || method === 'startSample') continue;
        // Sound: walking the contract by name is what is tested; a wrong input must be refused, not
        // unknown.
        const groups = host.client as unknown as Record<string, Record<string, (input: unknown) => Promise<unknown>>>;
        const answer = await groups[group]?.[method]?.({ wrong: true }).catch((error: unknown) => error);
        expect(answer, `${group}.${method}`).toBeDefined();
        expect(answer, `${group}.${method}`).not.toMatchObject({ code: 'internal' });
      }
    }
  });

  it('shows what there is: data set, teacher, families with all their students, strategies', async () => {
    const { host } = await open();
    const [dataset] = await host.client.catalog.datasets();
    expect(dataset).toMatchObject({ name: 'fashion-mnist', shape: [28, 28, 1], bundled: true });
    expect(dataset?.splits).toEqual({ train: 10_000, validation: 5_000, test: 10_000 });
    const [teacher] = await host.client.catalog.teachers();
    expect(teacher).toMatchObject({ name: 'fashion-resnet', dataset: 'fashion-mnist', testAccuracy: 0.93 });
    const families = await host.client.catalog.families({ dataset: 'fashion-mnist' });
    for (const { students, reference } of families) {
      expect(students).toBeGreaterThan(100);
      expect(reference?.params).toBeGreaterThan(0);
    }
    expect((await host.client.catalog.strategies()).map(({ id }) => id)).toContain('trade');
  });

  it('previews fewer students under a tighter limit, and a time once trials were measured', async () => {
    const { host } = await open();
    const compact = { space: 'compact' } as const;
    const search = { name: 'x', ...compact, strategy: { id: 'random' }, budget: { trials: 2 } };
    const free = await host.client.runs.preview(search);
    const tight = await host.client.runs.preview({ ...search, limits: { params: 5000 } });
    expect(free.seconds).toBeUndefined();
    // By seconds the time is known before anything was measured: four trials, two at a time.
    const timed = { ...search, budget: { trials: 4 }, slots: 2, recipe: { seconds: 30 } };
    expect((await host.client.runs.preview(timed)).seconds).toBe(60);
    for (const [index, { total, feasible }] of free.students.entries()) {
      expect(feasible).toBe(total);
      expect(tight.students[index]?.feasible).toBeLessThan(total);
    }
    const students = tight.students.reduce((sum, { feasible }) => sum + feasible, 0);
    expect(tight.histogram.reduce((sum, { count }) => sum + count, 0)).toBe(students);
    const { run } = await host.client.runs.start(search);
    await expect
      .poll(async () => (await host.client.runs.get({ id: run.id })).run.state, { timeout: 10_000 })
      .toBe('finished');
    expect((await host.client.runs.preview(search)).seconds).toBeGreaterThan(0);
  });

  it('previews given students alone, as often as they have seeds', async () => {
    const { host } = await open();
    const students = [
      { family: 'mlp-mixer', config: { patch: 7, width: 16, blocks: 1, tokenHidden: 16, mlpRatio: 1 } },
      { family: 'mlp-mixer', config: { patch: 7, width: 24, blocks: 1, tokenHidden: 16, mlpRatio: 1 } },
    ];
    const order = { strategy: { id: 'listed', options: { seeds: 5 } }, recipe: { seconds: 30 }, slots: 2 };
    const {
      students: shown,
      histogram,
      seconds,
    } = await host.client.runs.preview({ name: 'x', space: 'compact', students, ...order });
    expect(shown).toEqual([{ family: 'mlp-mixer', total: 2, feasible: 2 }]);
    expect(histogram.reduce((sum, { count }) => sum + count, 0)).toBe(2);
    // Ten trainings, two at a time.
    expect(seconds).toBe(150);
  });

  it("keeps a teacher's predictions and answers from them the second time", async () => {
    const { host } = await open();
    const first = await host.client.review.predictions({ kind: 'teacher', name: 'fashion-resnet' });
    expect([first.count, first.classes, first.labels.length]).toEqual([5000, 10, 5000]);
    expect(await host.client.review.predictions({ kind: 'teacher', name: 'fashion-resnet' })).toEqual(first);
    expect((await host.client.system.backend()).device).toBe('cpu (fake)');
  });

  it('tells the shell to quit only after it has paused what runs', async () => {
    const quits: string[] = [];
    const opened = await open({ onQuit: (mode) => quits.push(`${mode} ${opened.host.activeRuns().length}`) });
    const { host } = opened;
    await host.client.runs.start({ name: 'x', strategy: { id: 'random' } });
    await host.client.system.quit({ mode: 'keep' });
    await expect.poll(() => quits).toEqual(['keep 1']);
    await host.client.system.quit({ mode: 'pause' });
    await expect.poll(() => quits).toEqual(['keep 1', 'pause 0']);
  });

  it('refuses a workspace in use, leaves the holder alone, and opens it once it is free', async () => {
    const { host, path } = await open();
    const options = {
      workspace: join(path, 'workspace'),
      resources: join(path, 'resources'),
      shell: 'cli',
      trainer: { entry: FAKE_TRAINER },
    } as const;
    await expect(createHost(options)).rejects.toMatchObject({ code: 'workspace.busy' });
    expect((await host.client.system.doctor()).ok).toBe(true);
    await host.close();
    hosts.push(await createHost(options));
  });

  it('closes twice without harm, and refuses work afterwards', async () => {
    const { host } = await open();
    await host.close();
    await host.close();
    await expect(host.client.runs.start({ name: 'x' })).rejects.toBeInstanceOf(Error);
  });

  it('reports a damaged checkpoint', async () => {
    const { host, path } = await open();
    const { run } = await host.client.runs.start({ name: 'x', strategy: { id: 'random' }, budget: { trials: 1 } });
    await expect
      .poll(async () => (await host.client.runs.get({ id: run.id })).run.state, { timeout: 10_000 })
      .toBe('finished');
    const folder = join(path, 'workspace/checkpoints');
    const [file = ''] = readdirSync(folder);
    writeFileSync(join(folder, file), readFileSync(join(folder, file), 'utf8').replace('{', '['));
    const report = await host.client.system.doctor();
    expect(report.ok).toBe(false);
    expect(report.problems.join()).toContain(file);
  });
});
