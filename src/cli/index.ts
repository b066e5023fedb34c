#!/usr/bin/env node
/** Entry of the command line: looks at its Node before anything is loaded that an older one could
 * not load. */
import { join } from 'node:path';
import { nodeProblem } from '../bridge/node-version.ts';

const problem = nodeProblem(process.versions.node);
if (problem === undefined) {
  // Compiled code from the last start: half of the time until the first answer. Nothing happens
  // where nothing can be written.
  const { enableCompileCache } = await import('node:module');
  enableCompileCache(join(import.meta.dirname, '../../.cache/compile'));
  const { endWithLauncher } = await import('../host/for-shells.ts');
  const { endWithReader } = await import('./closed-pipe.ts');
  const { runProgram } = await import('./program.ts');
  endWithLauncher();
  endWithReader();
  process.exitCode = await runProgram(process.argv.slice(2));
} else {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}
