/** Takes a staged archive into a workspace, over and over, until somebody kills it:
 * `node killed-arrival.ts WORKSPACE ARCHIVE`. */
import { join } from 'node:path';
import { unpackArchive } from '../../src/host/archive/unpack.ts';
import { openWorkspace } from '../../src/store/workspace.ts';

const [directory = '', file = ''] = process.argv.slice(2);
const workspace = openWorkspace(directory);
workspace.store.sweep();
for (let round = 0; ; round += 1) {
  const staging = join(workspace.files.temp, `staging-${round}`);
  const places = { file, staging, workspace: directory, resources: join(import.meta.dirname, '../../resources') };
  const order = { name: 'a.trade', suffix: `k${round}`, ...places } as const;
  const { runs } = await unpackArchive({ ...order, now: '2026-01-01T00:00:00.000Z' }, () => undefined);
  process.stdout.write('begins\n');
  await workspace.takeIn({ staged: staging, runs: runs.map(({ id }) => id), folders: [] });
  process.stdout.write('ends\n');
}
