/** A window that we open ourselves: what lets it in lies in a file of this person's alone, and not
 * for long. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openAppWindow } from '../../src/web/browser.ts';

let profile: string;
const failures: string[] = [];

beforeEach(() => {
  profile = mkdtempSync(join(tmpdir(), 'trade-profile-'));
  failures.length = 0;
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(profile, { recursive: true, force: true });
});

/** Node itself is a browser that ends well at once, leaving its window to nobody. */
function open(browser = process.execPath) {
  let use = (): void => undefined;
  const newAddress = (used: () => void): string => {
    use = used;
    return 'http://127.0.0.1:1/#token=x';
  };
  const window = openAppWindow(browser, newAddress, (why) => failures.push(why), profile);
  return { window, use: () => use(), left: () => readdirSync(profile) };
}

it('takes its page away when it was used', () => {
  const { left, use, window } = open();
  expect(left()).toHaveLength(1);
  use();
  expect([left(), failures]).toEqual([[], []]);
  window.close();
});

it('takes its page away when nobody has used it for a minute, and says so', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { left, use, window } = open();
  vi.advanceTimersByTime(59_000);
  expect([left().length, failures]).toEqual([1, []]);
  vi.advanceTimersByTime(1000);
  expect([left(), failures]).toEqual([[], [expect.stringContaining('did not open its page')]]);
  use();
  window.close();
  expect(failures).toHaveLength(1);
});

it('takes its page away with the window, and when no browser is there', async () => {
  const first = open();
  first.window.close();
  expect([first.left(), failures]).toEqual([[], []]);
  const missing = open(join(profile, 'no-such-browser'));
  await expect.poll(() => failures).toEqual([expect.stringContaining('ENOENT')]);
  expect(missing.left()).toEqual([]);
});
