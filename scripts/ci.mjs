/**
 * `.ci/run`: every test, then a part of the end-to-end suite in a real Electron where this machine
 * can have one. Both are counted in the one last line `N passed, N failed, N skipped`.
 */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, readJson } from './setup/files.mjs';
import { runAsChild } from './setup/launch.mjs';
import { packageRoot as root } from './setup/paths.mjs';
import { IN_CI } from './testing/electron-suite.mjs';
import { addTallies, electronTallyPath, summarise, tallyPath } from './testing/summary.mjs';

/** What Electron and its display need, as Debian and Ubuntu name it today and before. */
const LIBRARIES = [
  ['xvfb', 'xauth', 'libgtk-3-0t64', 'libnss3', 'libasound2t64'],
  ['xvfb', 'xauth', 'libgtk-3-0', 'libnss3', 'libasound2'],
];
const APT_MS = 180_000;
/** CI has 45 minutes. The part in Electron takes some seven on a slow machine, its download
 * included, and is left out where the tests have taken the time. */
const LATEST_START_MINUTES = 36;

const tests = await run('test.mjs', tallyPath(root));
const electron = await runInElectron();
const { lines, ok } = summarise(addTallies([tests, electron]), tests.end === 0 ? electron.end : tests.end);
process.stdout.write(`\nBoth together:\n${lines.join('\n')}\n`);
process.exit(ok ? 0 : 1);

async function runInElectron() {
  const minutes = Math.round(performance.now() / 60_000);
  if (minutes > LATEST_START_MINUTES) {
    const reason = `the tests took ${minutes} minutes, so there was no time left: "npm run e2e:electron" runs it`;
    process.stdout.write(`\nSKIP: in Electron: ${reason}\n`);
    const skipped = [{ name: 'a part of the end-to-end suite in Electron', reason }];
    return { tally: { passed: 0, failed: 0, skipped, broken: [] }, end: 0 };
  }
  installLibraries();
  process.stdout.write(`\nIn Electron, of the end-to-end suite: ${IN_CI.join(' ')}\n`);
  return run('e2e-electron.mjs', electronTallyPath(root), ...IN_CI);
}

async function run(script, path, ...args) {
  rmSync(path, { force: true });
  const { code, signal } = await runAsChild(process.execPath, [join(root, 'scripts', script), ...args], { cwd: root });
  return { tally: readJson(path), end: signal ?? code };
}

/** Only where nobody is asked for a password. What cannot be had is told by the run itself. */
function installLibraries() {
  const apt = findProgram(['apt-get']);
  if (process.getuid?.() !== 0 || apt === undefined || findProgram(['xvfb-run']) !== undefined) return;
  const succeeds = (...args) =>
    spawnSync(apt, args, {
      ...{ stdio: 'ignore', timeout: APT_MS, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } },
    }).status === 0;
  if (!succeeds('update')) return;
  LIBRARIES.some((names) => succeeds('install', '-y', '--no-install-recommends', ...names));
}
