/** Which window `npm start` opens, and that a refused download of Electron is not tried on every
 * start. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findBrowser, findElectron, getElectron, whyNoWindow } from '../../scripts/setup/shells.mjs';
import { makeSandbox, type Sandbox } from './sandbox.ts';

let sandbox: Sandbox;

beforeEach(() => {
  sandbox = makeSandbox();
  sandbox.write('node_modules/electron/package.json', JSON.stringify({ version: '45.4.1' }));
});
afterEach(() => sandbox.remove());

it('opens no window without a display, nor for root, whose browsers refuse their sandbox', () => {
  expect(whyNoWindow({}, 'linux', false)).toContain('no display');
  expect(whyNoWindow({ DISPLAY: ':0' }, 'linux', true)).toContain('root');
  expect(whyNoWindow({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux', false)).toBeUndefined();
  expect(whyNoWindow({}, 'darwin', false)).toBeUndefined();
});

it('finds a browser of the Chromium family on the PATH, and none where there is none', () => {
  expect(findBrowser(sandbox.context.env, 'linux')).toBeUndefined();
  sandbox.tool('google-chrome', 'exit 0');
  expect(findBrowser(sandbox.context.env, 'linux')).toMatch(/google-chrome$/);
});

describe('Electron', () => {
  it('is found by its binary, in the package or where ELECTRON_OVERRIDE_DIST_PATH says', () => {
    expect(findElectron(sandbox.root, {})).toBeUndefined();
    sandbox.program('elsewhere/electron', 'exit 0');
    const elsewhere = join(sandbox.root, 'elsewhere');
    expect(findElectron(sandbox.root, { ELECTRON_OVERRIDE_DIST_PATH: elsewhere })).toBe(join(elsewhere, 'electron'));
    sandbox.program('node_modules/electron/dist/electron', 'exit 0');
    expect(findElectron(sandbox.root, {})).toBe(join(sandbox.root, 'node_modules/electron/dist/electron'));
  });

  it.each([
    ['darwin', 'Electron.app/Contents/MacOS/Electron'],
    ['win32', 'electron.exe'],
  ] as const)(
    'is called by its own name on %s, also in a folder that somebody else has unpacked',
    (platform, program) => {
      sandbox.program(`elsewhere/${program}`, 'exit 0');
      const elsewhere = join(sandbox.root, 'elsewhere');
      const found = findElectron(sandbox.root, { ELECTRON_OVERRIDE_DIST_PATH: elsewhere }, platform);
      expect(found).toBe(join(elsewhere, program));
    },
  );

  it('is downloaded once: a refusal is remembered until Electron changes', async () => {
    sandbox.program('node_modules/node/bin/node', `printf x >> "${sandbox.root}/downloads"; exit 1`);
    const downloads = () => readFileSync(join(sandbox.root, 'downloads'), 'utf8').length;
    await expect(getElectron(sandbox.context)).resolves.toBeUndefined();
    await expect(getElectron(sandbox.context)).resolves.toBeUndefined();
    expect(downloads()).toBe(1);
    sandbox.write('node_modules/electron/package.json', JSON.stringify({ version: '46.0.0' }));
    await getElectron(sandbox.context);
    expect(downloads()).toBe(2);
  });

  it('is used right after a download that worked', async () => {
    const made = join(sandbox.root, 'node_modules/electron/dist/electron');
    sandbox.program('ready', 'exit 0');
    sandbox.program('node_modules/electron/dist/placeholder', 'exit 0');
    sandbox.program('node_modules/node/bin/node', `cp "${sandbox.root}/ready" "${made}"`);
    await expect(getElectron(sandbox.context)).resolves.toBe(made);
  });
});
