/** Which window there is to open: Electron's binary, a browser of the Chromium family, or none. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.mjs';
import { findProgram, isExecutable, readJson, writeJson } from './files.mjs';
import { checkoutCache, node24Path } from './paths.mjs';

const DOWNLOAD_LIMIT_MS = 60_000;

const BROWSERS = Object.freeze({
  linux: [
    'chromium',
    'chromium-browser',
    'google-chrome',
    'google-chrome-stable',
    'microsoft-edge',
    'microsoft-edge-stable',
  ],
  darwin: ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
    (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
  ),
  win32: ['Google/Chrome/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe'],
});

/** @returns {string | undefined} why no window can be opened here; undefined when one can */
export function whyNoWindow(env, platform, isRoot = process.getuid?.() === 0) {
  if (platform !== 'linux') return undefined;
  if (!env.DISPLAY && !env.WAYLAND_DISPLAY) return 'there is no display here';
  return isRoot ? 'Electron and the browsers open no window for the root user' : undefined;
}

/** @returns {string | undefined} path of Chromium, Chrome or Edge */
export function findBrowser(env, platform) {
  if (platform === 'linux') return findProgram(BROWSERS.linux, env, platform);
  if (platform === 'darwin') return BROWSERS.darwin.find(isExecutable);
  const folders = [env.ProgramFiles, env['ProgramFiles(x86)'], env.LOCALAPPDATA].filter(Boolean);
  return folders.flatMap((folder) => BROWSERS.win32.map((path) => join(folder, path))).find((path) => existsSync(path));
}

/** In Electron's distribution, as its package calls it too. */
const ELECTRON_PROGRAM = Object.freeze({
  linux: 'electron',
  darwin: 'Electron.app/Contents/MacOS/Electron',
  win32: 'electron.exe',
});

/** Looks for Electron's binary without importing the package, whose import would start a
 * download. */
export function findElectron(root, env, platform = process.platform) {
  const folder = join(root, 'node_modules/electron');
  const program = ELECTRON_PROGRAM[platform] ?? 'electron';
  const path = join(env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, 'dist'), program);
  return isExecutable(path) ? path : undefined;
}

/**
 * Finds Electron, or downloads it: once, with a time limit; a refusal is remembered for this
 * version of Electron.
 * @returns {Promise<string | undefined>} path of the binary
 */
export async function getElectron({ root, env, platform, report, limitMs = DOWNLOAD_LIMIT_MS }) {
  const present = findElectron(root, env, platform);
  const memory = join(checkoutCache(root), 'electron.json');
  const version = readJson(join(root, 'node_modules/electron/package.json'))?.version;
  if (present || env.ELECTRON_SKIP_BINARY_DOWNLOAD || readJson(memory)?.refused === version) return present;
  try {
    await report.step(`Electron ${version}: downloading its binary`, () =>
      runCommand(node24Path(root, platform), [join(root, 'node_modules/electron/install.js')], {
        env,
        timeoutMs: limitMs,
        what: 'downloading Electron',
        advice: `delete ${memory} to try again`,
      }),
    );
  } catch (error) {
    writeJson(memory, { refused: version, reason: error.message });
    report.line(`  Electron could not be downloaded; the browser shell is used from now on (${error.advice}).`);
  }
  return findElectron(root, env, platform);
}
