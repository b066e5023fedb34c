/**
 * Prints what was measured of our own kernels, or of TensorFlow's ops, as one JSON line. Arguments:
 * package root, `kernels` or `tensorflow`. Runs under Node 24, which reads the sources as they are;
 * `TRADE_KERNELS` names the addon.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [root, what] = process.argv.slice(2);
const load = (file) => import(pathToFileURL(join(root, 'src/compute/backend', file)).href);
const { loadBackend } = await load('load-backend.ts');
const { measureKernels, measureTensorFlow } = await load('measure-kernels.ts');
await loadBackend();
const measured = what === 'kernels' ? measureKernels() : measureTensorFlow();
process.stdout.write(`${JSON.stringify(measured)}\n`, () => process.exit(0));
