/**
 * Writes trials into the workspace in argument 2 until it is killed: `finished <id> <accuracy>` and
 * `epoch <id> <epoch>` are printed, by a write that has returned, only after the store's call has
 * returned. Goes on with what it finds.
 */
import { writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { openWorkspace } from '../../src/store/workspace.ts';
import { asked, checkpointFile, costsOf, finished, point, searchConfig } from './store-records.ts';

const { store, files } = openWorkspace(process.argv[2] ?? '');
store.sweep();
const RUN = 'run_1';
if (store.run(RUN)) store.setRunState(RUN, 'running');
else store.createRun({ id: RUN, config: searchConfig(), strategyVersion: 1, sample: false });
const say = (line: string) => writeSync(1, `${line}\n`);

async function checkpoint(id: string, epoch: number) {
  const name = `${id}-${epoch}.safetensors`;
  const temp = join(files.temp, name);
  writeFileSync(temp, `${id} ${epoch} `.repeat(100 * (epoch + 1)));
  return { ...checkpointFile('', epoch), ...files.adopt(temp, name, await files.seal(temp)) };
}

async function train(id: string) {
  store.startTrial(id);
  for (let epoch = (store.trial(id)?.epochsDone ?? 0) + 1; epoch <= 3; epoch += 1) {
    const replaced = store.appendEpoch(id, point(epoch), await checkpoint(id, epoch));
    say(`epoch ${id} ${epoch}`);
    if (replaced !== undefined) files.remove([replaced]);
  }
  const accuracy = Math.random();
  const { files: left } = store.finishTrial(
    id,
    finished('', { metrics: { accuracy }, checkpoint: await checkpoint(id, 4) }),
  );
  say(`finished ${id} ${accuracy}`);
  files.remove(left);
}

for (;;) {
  const open = store.trials(RUN).filter(({ state }) => state === 'queued' || state === 'interrupted');
  if (open.length > 0) for (const { id } of open) await train(id);
  else {
    const next = store.trials(RUN).length;
    const event = asked(next, next + 1);
    store.recordAsked(RUN, event, costsOf(event), 3);
  }
}
