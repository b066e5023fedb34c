/**
 * `npm start`: sets up, then opens the workbench in the best window there is.
 *
 *   npm start -- [--no-sample] [--workspace DIR] [--port N] [--shell electron|web|headless]
 *       [FILE.trade ...]
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { become, endLike, runAsChild } from './setup/launch.mjs';
import { node24Path, packageRoot as root } from './setup/paths.mjs';
import { createReporter } from './setup/report.mjs';
import { findBrowser, getElectron, whyNoWindow } from './setup/shells.mjs';
import { setUpOrExit } from './setup.mjs';

/** Electron that ends so soon and badly was refused by the system, mostly its sandbox. */
const REFUSED_WITHIN_MS = 5000;
const SHELLS = ['electron', 'web', 'headless'];
const { env, platform } = process;

const options = readOptions();
const passedOn = [
  ...(options.sample ? ['--sample'] : []),
  ...(options.workspace === undefined ? [] : ['--workspace', options.workspace]),
  ...options.files,
];
const report = createReporter();
await setUpOrExit({ report });

const noWindow = whyNoWindow(env, platform);
const shell = options.shell ?? (noWindow ? 'headless' : undefined);
if (options.shell === undefined && noWindow) report.line(`Starting without a window: ${noWindow}.`);
if (shell === undefined || shell === 'electron') await startElectron();
if (shell === 'headless') startHeadless();
else startWeb();

async function startElectron() {
  const electron = await getElectron({ root, env, platform, report });
  if (!electron) return;
  const started = performance.now();
  const { code, signal } = await runAsChild(electron, [root, ...passedOn]);
  const refused = (code !== 0 || signal) && performance.now() - started < REFUSED_WITHIN_MS;
  if (!refused) return endLike(code, signal);
  report.line(`Electron did not start here (${signal ?? `exit code ${code}`}); opening the browser shell instead.`);
}

function startWeb() {
  const browser = findBrowser(env, platform);
  if (browser) return startServer(['--open', '--browser', browser]);
  report.line('No Chromium, Chrome or Edge was found: open the address below in the browser that you have.');
  startHeadless();
}

function startHeadless() {
  startServer(['--print']);
}

function startServer(args) {
  const port = options.port === undefined ? [] : ['--port', options.port];
  become(node24Path(root, platform), [join(root, 'src/web/index.ts'), ...args, ...passedOn, ...port]);
}

function readOptions() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        'no-sample': { type: 'boolean' },
        workspace: { type: 'string' },
        port: { type: 'string' },
        shell: { type: 'string' },
      },
    });
    if (values.shell !== undefined && !SHELLS.includes(values.shell)) {
      throw new Error(`--shell: "${values.shell}" is none of ${SHELLS.join(', ')}.`);
    }
    return { ...values, sample: !values['no-sample'], files: positionals.map((name) => resolve(name)) };
  } catch (error) {
    process.stderr.write(`npm start: ${error.message}\n`);
    process.stderr.write(
      'Usage: npm start -- [--no-sample] [--workspace DIR] [--port N] [--shell electron|web|headless] ' +
        '[FILE.trade ...]\n',
    );
    process.exit(2);
  }
}
