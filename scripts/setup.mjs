/**
 * Sets this checkout up: packages, Node 24, compute runtime and kernels, built workbench. What is
 * done already is not done again. Built-ins only, Node >= 20, works without node_modules.
 *
 *   node scripts/setup.mjs [--retry]     --retry: test the compute runtime and kernels, or choose
 *                                        them again
 */
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildStep } from './setup/app-build.mjs';
import { kernelsStep } from './setup/kernels.mjs';
import { withLock } from './setup/lock.mjs';
import { nodeStep, packagesStep } from './setup/packages.mjs';
import { checkoutCache, packageRoot } from './setup/paths.mjs';
import { SetupError, createReporter, describeError } from './setup/report.mjs';
import { runtimeStep } from './setup/runtime.mjs';

/** Each step says by itself whether it is done; the order is that of need. */
const STEPS = Object.freeze({
  packages: packagesStep,
  node: nodeStep,
  runtime: runtimeStep,
  kernels: kernelsStep,
  build: buildStep,
});

/**
 * @param {{ root?: string, env?: NodeJS.ProcessEnv, platform?: string, arch?: string, retry?:
 * boolean,
 *   only?: readonly (keyof typeof STEPS)[], report?: import('./setup/report.mjs').Reporter }}
 *   options
 * @returns {Promise<boolean>} whether there was anything to do; a failure throws a SetupError
 */
export async function setUp({
  root = packageRoot,
  env = process.env,
  platform = process.platform,
  arch = process.arch,
  retry = false,
  only = ['packages', 'node', 'runtime', 'kernels', 'build'],
  report = createReporter(),
} = {}) {
  requireNode20();
  const interruption = new AbortController();
  const context = { root, env, platform, arch, retry, report, signal: interruption.signal };
  const steps = only.map((name) => STEPS[name]);
  if (steps.every((step) => step.isReady(context))) return false;

  const interrupt = () => interruption.abort();
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    const onWait = () => report.line('Waiting for another set-up of this checkout to end ...');
    await withLock(
      join(checkoutCache(root), 'setup.lock'),
      async () => {
        for (const step of steps) {
          if (interruption.signal.aborted) throw interrupted();
          if (!step.isReady(context)) await report.step(step.title, () => step.make(context));
        }
      },
      { onWait, signal: interruption.signal },
    );
    return true;
  } catch (error) {
    throw interruption.signal.aborted ? interrupted() : error;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

/** For the launchers: sets up, or says what went wrong and ends the process. */
export async function setUpOrExit(options) {
  try {
    return await setUp(options);
  } catch (error) {
    process.stderr.write(`${describeError(error)}\n`);
    process.exit(error.code === 'interrupted' ? 130 : 1);
  }
}

const interrupted = () =>
  new SetupError({
    message: 'interrupted',
    advice: 'run the same command again; it goes on from here.',
    code: 'interrupted',
  });

function requireNode20() {
  if (Number(process.versions.node.split('.')[0]) >= 20) return;
  throw new SetupError({
    message: `Node ${process.versions.node} is too old`,
    advice: 'install Node 20 or newer from https://nodejs.org; set-up brings the Node 24 that the workbench runs on.',
  });
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const didWork = await setUpOrExit({ retry: process.argv.includes('--retry') });
  process.stderr.write(didWork ? 'Set up.\n' : 'Everything is set up already.\n');
}
