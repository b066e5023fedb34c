/** Killed at any moment while it takes runs in: an archive is there whole or not at all, and rows
 * and files agree. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { packArchive } from '../../src/host/archive/pack.ts';
import { examineFolder } from '../../src/store/upkeep/doctor.ts';
import { openWorkspace } from '../../src/store/workspace.ts';
import { askedOf, costsOf, finished, PREDICTIONS, searchConfig } from '../support/store-records.ts';
import { adoptText, temporaryFolder, temporaryWorkspace } from '../support/workspace.ts';

const PROGRAM = fileURLToPath(new URL('../support/killed-arrival.ts', import.meta.url));
const ROUNDS = 6;
const RUNS = 3;
const TRIALS = 450;

test('a kill while runs arrive leaves all of an archive or nothing of it', async () => {
  const from = temporaryWorkspace('from');
  const config = { ...searchConfig(), limits: [] };
  for (let run = 0; run < RUNS; run += 1) {
    const id = `run_${run}`;
    from.store.createRun({ id, config, strategyVersion: 1, sample: false });
    const event = askedOf(...Array(TRIALS).keys());
    const [first = ''] = from.store.recordAsked(id, event, costsOf(event), 3).map((trial) => trial.id);
    from.store.startTrial(first);
    const checkpoint = { epoch: 3, ...adoptText(from.files, `${first}.safetensors`, `weights of ${first}`) };
    from.store.finishTrial(first, finished('', { checkpoint, predictions: PREDICTIONS }));
    from.store.setRunState(id, 'paused');
  }
  const folder = temporaryFolder('archive');
  mkdirSync(folder);
  const archive = join(folder, 'a.trade');
  const order = {
    workspace: from.directory,
    target: archive,
    temp: join(folder, 't'),
    program: '1',
  } as const;
  await packArchive({ ...order, packedAt: '2026-01-01T00:00:00.000Z' }, () => undefined);

  const into = temporaryFolder('into');
  let atLeast = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const child = spawn(process.execPath, [PROGRAM, into, archive], { stdio: ['ignore', 'pipe', 'inherit'] });
    let told = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (told += text));
    while (!told.includes('begins')) await once(child.stdout, 'data');
    // Some kills meet the marks, some the rows, some the end.
    await new Promise((resolve) => setTimeout(resolve, round * 25));
    child.kill('SIGKILL');
    await once(child, 'exit');
    atLeast += told.split('ends').length - 1;

    const { store, close } = openWorkspace(into);
    store.sweep();
    const { rows, total } = store.runs({ trash: 'with' });
    close();
    expect(total % RUNS, `round ${round}`).toBe(0);
    expect(total / RUNS).toBeGreaterThanOrEqual(atLeast);
    for (const { trials } of rows) expect(Object.values(trials).reduce((sum, count) => sum + count, 0)).toBe(TRIALS);
    expect(examineFolder(into).problems).toEqual([]);
    atLeast = total / RUNS;
  }
});
