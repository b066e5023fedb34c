/**
 * `npm run trade -- <verb> ...`: the command line in a checkout. Sets up what it needs first,
 * saying so on stderr; stdout belongs to the program.
 */
import { join } from 'node:path';
import { become } from './setup/launch.mjs';
import { node24Path, packageRoot as root } from './setup/paths.mjs';
import { setUpOrExit } from './setup.mjs';

await setUpOrExit({ only: ['packages', 'node', 'runtime', 'kernels'] });
become(node24Path(root), [join(root, 'src/cli/index.ts'), ...process.argv.slice(2)]);
