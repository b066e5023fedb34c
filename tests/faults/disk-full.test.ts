/** A disk that fills up while a search writes: it waits with the reason, nothing is lost, and it
 * goes on when there is room. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';
import { fillDisk } from '../support/full-disk.ts';
import { untilRun } from '../support/until-run.ts';

const folder = temporaryFolder();
const disk = join(folder.path, 'workspace');
mkdirSync(disk);
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', disk]).status === 0;
afterAll(() => {
  if (mounted) spawnSync('umount', [disk]);
  folder.remove();
});
const reason = mounted
  ? ''
  : ' SKIP: a small disk of its own cannot be mounted here; tests/host/run-service.test.ts injects the fault';

test.skipIf(!mounted)(`a search pauses when its disk is full, and resumes to its end${reason}`, async () => {
  makeResources(folder.path);
  const host = await fakeHost(folder.path, { epochMs: 20 });
  const { client } = host;
  const ballast = join(disk, 'ballast');
  try {
    const { run } = await client.runs.start({
      ...{ name: 'full', strategy: { id: 'random' }, recipe: { epochs: 3 }, budget: { trials: 12 }, slots: 1 },
    });
    await untilRun(client, run.id, ({ trials }) => trials.finished >= 2);
    fillDisk(ballast);
    const waiting = await untilRun(client, run.id, ({ run: { state } }) => state !== 'running');
    expect(waiting.run.state).toBe('paused');
    expect(waiting.run.reason).toMatch(/disk is full|No space left/);
    expect(waiting.trials.failed).toBe(0);
    // The program answers all the while.
    expect((await client.runs.trials({ id: run.id })).length).toBeGreaterThanOrEqual(2);
    await expect(client.runs.resume({ id: run.id })).rejects.toMatchObject({ code: 'disk.full' });

    rmSync(ballast);
    await client.runs.resume({ id: run.id });
    const end = await untilRun(client, run.id, ({ run: { state } }) => state !== 'running');
    expect([end.run.state, end.trials.finished]).toEqual(['finished', 12]);
    expect(await client.system.doctor()).toMatchObject({ ok: true, problems: [] });
  } finally {
    rmSync(ballast, { force: true });
    await host.close();
  }
});
