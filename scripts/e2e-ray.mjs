/**
 * `npm run e2e:ray [-- FILTER ...]`: the tests of a cluster of Ray, on two nodes of one core each
 * on loopback. Ray is installed in the user's cache where it is not; where it cannot be, the reason
 * is printed and nothing is tried.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { underOwnNode } from './setup/launch.mjs';
import { node24Path, packageRoot as root } from './setup/paths.mjs';
import { setUpOrExit } from './setup.mjs';

await setUpOrExit();
await underOwnNode(root);
const node = node24Path(root);
const run = (args) => spawnSync(node, args, { cwd: root, stdio: 'inherit' }).status ?? 1;

if (!(await isThere()) && run([join(root, 'src/cli/index.ts'), 'ray', 'install']) !== 0) {
  process.stdout.write('e2e:ray: left out, for Ray cannot be installed here (see above).\n');
  process.exit(0);
}
const filters = process.argv.slice(2);
process.exit(
  run([
    ...[join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=verbose'],
    ...(filters.length > 0 ? filters : ['tests/ray', 'tests/contract/executor.test.ts']),
  ]),
);

/** Where the program would look for it; what is there is not installed again. */
async function isThere() {
  const { pythonForRay, rayFiles } = await import('../src/host/executors/ray/python.ts');
  try {
    return spawnSync(pythonForRay(rayFiles(join(root, 'resources'))), ['-c', 'import ray']).status === 0;
  } catch {
    return false;
  }
}
