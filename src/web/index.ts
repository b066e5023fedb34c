/** Entry of the web shell: looks at its Node before anything is loaded that an older one could not load. */
import { nodeProblem } from '../bridge/node-version.ts';

const problem = nodeProblem(process.versions.node);
if (problem === undefined) {
  const { runWebShell } = await import('./web-shell.ts');
  await runWebShell(process.argv.slice(2));
} else {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}
