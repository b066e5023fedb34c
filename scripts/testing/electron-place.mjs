/** What Electron needs of a machine to be driven there, apart from itself: libraries, a display, a
 * sandbox. Built-ins only. */
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findProgram } from '../setup/files.mjs';

const SCREEN = ['-a', '-s', '-screen 0 1400x900x24'];
/** Chromium grants its sandbox to no root. To itself the program is another user then; its files
 * stay root's own. */
const AS_PERSON = ['--user', '--map-user=1000', '--map-group=1000'];
/** As Chromium does for its sandbox. */
const OWN_NAMESPACES = ['--user', '--map-root-user', '--net', 'true'];
const PROBE_MS = 30_000;

/**
 * @param {{ electron: string, env: NodeJS.ProcessEnv, platform: string, isRoot?: boolean }} options
 *   `electron`: path of its binary
 * @returns {{ before: readonly string[] } | { reason: string }} `before`: what a command that drives
 *   Electron is started by
 */
export function findPlace({ electron, env, platform, isRoot = process.getuid?.() === 0 }) {
  const missing = missingLibrary(electron, env);
  if (missing !== undefined) return { reason: missing };
  if (platform !== 'linux') return { before: [] };
  const xvfb = findProgram(['xvfb-run'], env) && findProgram(['xauth'], env);
  if (!xvfb && !env.DISPLAY && !env.WAYLAND_DISPLAY) {
    return { reason: 'there is no display, and no Xvfb to stand in for one (Debian: xvfb, xauth)' };
  }
  const unshare = findProgram(['unshare'], env);
  const person = isRoot ? [unshare ?? 'unshare', ...AS_PERSON] : [];
  if (!hasSetuidSandbox(electron) && !(unshare && succeeds([...person, unshare, ...OWN_NAMESPACES], env))) {
    return { reason: 'the system grants no user namespaces, of which Electron makes its sandbox' };
  }
  return { before: [...person, ...(xvfb ? ['xvfb-run', ...SCREEN] : [])] };
}

/** Undefined where it starts as far as its `main`. */
function missingLibrary(electron, env) {
  const { error, status, stderr } = spawnSync(electron, ['-e', '0'], {
    ...{ env: { ...env, ELECTRON_RUN_AS_NODE: '1' }, encoding: 'utf8', timeout: PROBE_MS },
  });
  if (status === 0) return undefined;
  const [first = ''] = (error?.message ?? stderr).trim().split('\n');
  return `Electron does not start: ${first || `exit code ${status}`} (Debian: libgtk-3-0t64, libnss3, libasound2t64)`;
}

const hasSetuidSandbox = (electron) => {
  const found = statSync(join(dirname(electron), 'chrome-sandbox'), { throwIfNoEntry: false });
  return found !== undefined && found.uid === 0 && (found.mode & 0o4000) !== 0;
};

const succeeds = ([program, ...args], env) => spawnSync(program, args, { env, timeout: PROBE_MS }).status === 0;
