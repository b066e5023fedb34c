/** A disk that is full before the program starts: it opens, says so, makes room, and a search can
 * go on. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { reserveOf } from '../../src/store/upkeep/reserve.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';
import { fillDisk } from '../support/full-disk.ts';
import { untilRun } from '../support/until-run.ts';

const folder = temporaryFolder();
const disk = join(folder.path, 'workspace');
mkdirSync(disk);
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', disk]).status === 0;
afterAll(() => {
  if (mounted) spawnSync('umount', [disk]);
  folder.remove();
});
const reason = mounted
  ? ''
  : ' SKIP: a small disk of its own cannot be mounted here; tests/store/reserve.test.ts injects it';

test.skipIf(!mounted)(`a workspace on a full disk opens, and what takes the room can be removed${reason}`, async () => {
  makeResources(folder.path);
  const search = { strategy: { id: 'random' }, recipe: { epochs: 2 }, budget: { trials: 6 }, slots: 1 } as const;
  const first = await fakeHost(folder.path);
  const { run } = await first.client.runs.start({ name: 'old', ...search });
  await untilRun(first.client, run.id, ({ run: { state } }) => state === 'finished');
  await first.close();
  expect(reserveOf(disk)).toHaveLength(2);

  fillDisk(join(disk, 'ballast'));
  const host = await fakeHost(folder.path);
  const { client } = host;
  try {
    expect(reserveOf(disk)).toHaveLength(1);
    // Again to the last byte: what the opening had left of the reserve is gone, too.
    fillDisk(join(disk, 'ballast2'));
    await client.runs.trash({ ids: [run.id] });
    await client.runs.purge({ ids: [run.id] });
    expect((await client.runs.list({ trash: 'only' })).total).toBe(0);
    expect(await client.system.doctor()).toMatchObject({
      ok: true,
      notes: [expect.stringMatching(/^The disk is nearly full/)],
    });
    for (const name of ['ballast', 'ballast2']) rmSync(join(disk, name));
    const { run: next } = await client.runs.start({ name: 'new', ...search });
    const end = await untilRun(client, next.id, ({ run: { state } }) => state !== 'running');
    expect([end.run.state, end.trials.finished]).toEqual(['finished', 6]);
  } finally {
    for (const name of ['ballast', 'ballast2']) rmSync(join(disk, name), { force: true });
    await host.close();
  }
  expect(reserveOf(disk)).toHaveLength(2);
});
