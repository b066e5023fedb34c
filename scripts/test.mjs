/**
 * `npm test [-- --isa x86-64-v3] [FILTER ...]`: sets up, runs every test under Node 24, and ends
 * with the line `N passed, N failed, N skipped`. Fails when a test failed or when none was
 * executed. `--isa` holds everything that computes to an instruction set, as a machine that has no
 * more would.
 */
import { heldTo, ISA_VARIABLE } from './setup/instruction-sets.mjs';
import { packageRoot as root } from './setup/paths.mjs';
import { setUpOrExit } from './setup.mjs';
import { runTallied } from './testing/run-tallied.mjs';
import { tallyPath } from './testing/summary.mjs';

const [first, isa, ...rest] = process.argv.slice(2);
const filters = first === '--isa' ? rest : process.argv.slice(2);
if (first === '--isa') process.env[ISA_VARIABLE] = isa ?? '';
try {
  heldTo();
} catch (error) {
  process.stderr.write(`npm test: ${error.message}\n`);
  process.exit(2);
}
await setUpOrExit();
process.exit(await runTallied({ tally: tallyPath(root), args: filters }));
