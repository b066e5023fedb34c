/** `npm run e2e:electron` on a machine that can have no Electron: CI stays green there, and the
 * reason is told. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'trade no electron '));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(...args: readonly string[]) {
  return spawnSync(process.execPath, [join(ROOT, 'scripts/e2e-electron.mjs'), ...args], {
    encoding: 'utf8',
    env: {
      ...{ PATH: '', HOME: folder, XDG_CACHE_HOME: folder, ELECTRON_SKIP_BINARY_DOWNLOAD: '1' },
      ...{ ELECTRON_OVERRIDE_DIST_PATH: join(folder, 'none'), TRADE_TEST_TALLY: join(folder, 'tally.json') },
    },
  });
}

it('says what is missing, and counts as one that was skipped', () => {
  const { status, stdout } = run();
  expect(stdout).toMatch(/^SKIP: .+\n0 passed, 0 failed, 1 skipped\n$/s);
  expect(status).toBe(0);
  expect(JSON.parse(readFileSync(join(folder, 'tally.json'), 'utf8'))).toMatchObject({ skipped: [{}], broken: [] });
});

it('takes a count of ends and nothing else for one', () => {
  const { status, stderr } = run('--ends', 'many');
  expect(stderr).toContain('--ends: "many" is no count.');
  expect(status).toBe(2);
});
