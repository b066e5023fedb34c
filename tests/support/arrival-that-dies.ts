/**
 * Takes an archive with teachers and data sets into a workspace and dies by SIGKILL at its n-th
 * step, so that nothing of it can clean up: `node arrival-that-dies.ts WORKSPACE ARCHIVE N`. It
 * writes `whole` where it comes to its end before.
 */
import { join } from 'node:path';
import { unpackArchive } from '../../src/host/archive/unpack.ts';
import { openWorkspace } from '../../src/store/workspace.ts';

const [directory = '', file = '', step = ''] = process.argv.slice(2);
const workspace = openWorkspace(directory);
const staging = join(workspace.files.temp, 'staging');
const places = { file, staging, workspace: directory, resources: join(import.meta.dirname, '../../resources') };
const order = { name: 'a.trade', suffix: 'k', now: '2026-01-01T00:00:00.000Z', ...places } as const;
const { runs, folders } = await unpackArchive(order, () => undefined);

// Between two steps others are answered: there the n-th one ends.
const later = globalThis.setImmediate;
let steps = 0;
Object.assign(globalThis, {
  setImmediate: (...args: Parameters<typeof later>) => {
    steps += 1;
    if (steps > Number(step)) process.kill(process.pid, 'SIGKILL');
    return later(...args);
  },
});
const moves = folders.map((folder) => ({ from: folder, to: folder }));
await workspace.takeIn({ staged: staging, runs: runs.map(({ id }) => id), folders: moves });
process.stdout.write('whole');
workspace.close();
