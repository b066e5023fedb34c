/** Where the suite is driven in Electron, and why not: a machine without something it needs is told
 * so, and a root's sandbox is not turned off. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findPlace } from '../../scripts/testing/electron-place.mjs';
import { makeSandbox, type Sandbox } from './sandbox.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = makeSandbox();
});
afterEach(() => sandbox.remove());

const place = (
  more: { readonly isRoot?: boolean; readonly platform?: string; readonly env?: NodeJS.ProcessEnv } = {},
) =>
  findPlace({
    electron: `${sandbox.root}/dist/electron`,
    env: { ...sandbox.context.env, ...more.env },
    platform: more.platform ?? 'linux',
    isRoot: more.isRoot ?? false,
  });

it('names the library that Electron lacks', () => {
  sandbox.program('dist/electron', 'echo "error while loading shared libraries: libnss3.so" >&2; exit 127');
  expect(place()).toEqual({ reason: expect.stringContaining('Electron does not start: error while loading') });
});

it('needs a display or a stand-in for one, which is taken first', () => {
  sandbox.program('dist/electron', 'exit 0');
  sandbox.tool('unshare', 'exit 0');
  expect(place()).toEqual({ reason: expect.stringContaining('there is no display') });
  expect(place({ env: { DISPLAY: ':0' } })).toEqual({ before: [] });
  for (const name of ['xvfb-run', 'xauth']) sandbox.tool(name, 'exit 0');
  expect(place({ env: { DISPLAY: ':0' } })).toMatchObject({ before: ['xvfb-run', '-a', '-s', expect.anything()] });
});

it('makes a person of root, and gives up where there is no sandbox', () => {
  sandbox.program('dist/electron', 'exit 0');
  for (const name of ['xvfb-run', 'xauth']) sandbox.tool(name, 'exit 0');
  sandbox.tool('unshare', 'exit 0');
  const { before } = place({ isRoot: true }) as { readonly before: readonly string[] };
  expect(before.slice(1, 5)).toEqual(['--user', '--map-user=1000', '--map-group=1000', 'xvfb-run']);
  sandbox.tool('unshare', 'exit 1');
  expect(place()).toEqual({ reason: expect.stringContaining('no user namespaces') });
});

it('asks nothing of a system that always has a display', () => {
  sandbox.program('dist/electron', 'exit 0');
  expect(place({ platform: 'darwin' })).toEqual({ before: [] });
});
