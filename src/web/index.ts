/** Entry of the web shell: looks at its Node before anything is loaded that an older one could not load. */
import { nodeProblem } from '../bridge/node-version.ts';

const problem = nodeProblem(process.versions.node);
if (problem === undefined) {
  const { endWithLauncher } = await import('../host/create-host.ts');
  const { runWebShell } = await import('./web-shell.ts');
  endWithLauncher();
  await runWebShell(process.argv.slice(2));
} else {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}
