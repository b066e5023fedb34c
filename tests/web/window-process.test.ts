/** The browser as a process: how it is started, what its end says, and that it goes with us. */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openAppWindow, testing } from '../../src/web/browser.ts';
import { writeHandOver } from '../../src/web/hand-over.ts';

const { appWindowArguments, browserProfile } = testing;

let folder: string;
const failures: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trade-window-'));
  failures.length = 0;
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

/** A browser that runs these lines of a shell, with what it was given in `given`. */
function browser(...lines: readonly string[]): string {
  const file = join(folder, 'browser.sh');
  writeFileSync(
    file,
    ['#!/bin/sh', `cd "${folder}"`, 'echo "$$" > pid', 'echo "$@" > given', ...lines, ''].join('\n'),
    {
      mode: 0o755,
    },
  );
  return file;
}

const profile = (): string => join(folder, 'profile');
const open = (program: string) => {
  let use = (): void => undefined;
  const window = openAppWindow(
    program,
    (used) => {
      use = used;
      return 'http://127.0.0.1:1/#token=x';
    },
    (why) => failures.push(why),
    profile(),
  );
  return { ...window, use: () => use() };
};
const pages = (): readonly string[] => readdirSync(profile());
const ended = () => vi.waitFor(() => expect(existsSync(join(folder, 'done'))).toBe(true), { timeout: 20_000 });
const failed = () => vi.waitFor(() => expect(failures).toHaveLength(1), { timeout: 20_000 });

describe.skipIf(process.platform === 'win32')('a browser', () => {
  it('is given the page, a profile of its own, and nothing that it would ask', async () => {
    const { close } = open(browser('touch done'));
    await ended();
    const given = readFileSync(join(folder, 'given'), 'utf8').trim().split(' ');
    const [page = ''] = given;
    expect(given).toEqual(appWindowArguments(page.replace('--app=', ''), profile()));
    expect(given.slice(1)).toEqual([
      ...[`--user-data-dir=${profile()}`, '--no-first-run', '--no-default-browser-check', '--window-size=1280,800'],
    ]);
    expect(statSync(profile()).mode & 0o777).toBe(0o700);
    close();
  });

  it('that ends badly and soon never showed a window: that is said, and its page goes', async () => {
    const program = browser('exit 3');
    open(program);
    await failed();
    expect([failures, pages()]).toEqual([[`${program} ended with exit code 3`], []]);
  });

  it('that is killed is told by the signal', async () => {
    const program = browser('kill -9 $$');
    open(program);
    await failed();
    expect(failures).toEqual([`${program} ended with SIGKILL`]);
  });

  it('that ends well may have left its window to another: its page stays for that', async () => {
    const { close } = open(browser('touch done'));
    await ended();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect([failures, pages().length]).toEqual([[], 1]);
    close();
  });

  it('that ends badly after some time showed one: nothing is said', async () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(1_000_000);
    const { close } = open(browser('sleep 0.2', 'touch done', 'exit 3'));
    clock.mockReturnValue(1_005_000);
    await ended();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(failures).toEqual([]);
    close();
  });

  it('goes when we go', async () => {
    const { close } = open(browser('exec sleep 600'));
    await vi.waitFor(() => expect(readFileSync(join(folder, 'given'), 'utf8')).not.toBe(''), { timeout: 20_000 });
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    const isAlive = (): boolean => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    expect(isAlive()).toBe(true);
    close();
    await vi.waitFor(() => expect(isAlive()).toBe(false), { timeout: 20_000 });
    expect([failures, pages()]).toEqual([[], []]);
  });

  it('leaves its page to be taken away by whatever ends us, until it was used', () => {
    const before = process.listeners('exit');
    const { use, close } = open(browser());
    const [leave] = process.listeners('exit').filter((listener) => !before.includes(listener));
    expect(pages()).toHaveLength(1);
    leave?.(0);
    expect(pages()).toEqual([]);
    use();
    expect(process.listeners('exit')).toEqual(before);
    close();
  });
});

describe('the page that hands a token over', () => {
  it('is this person’s alone, sends no referrer, and leads on in its own place', () => {
    const address = 'http://127.0.0.1:7/#token=abc';
    const handOver = writeHandOver(address, folder);
    const file = fileURLToPath(handOver.address);
    expect(handOver.address).not.toContain('abc');
    expect(readFileSync(file, 'utf8')).toBe(
      '<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>TRADE ' +
        'workbench</title>' +
        `<script>location.replace("${address}")</script>\n`,
    );
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
    handOver.remove();
    expect(readdirSync(folder)).toEqual([]);
    // A second time there is nothing to do.
    handOver.remove();
  });
});

it('the profile lies in the cache of the person, as each system has it', () => {
  const windows = String.raw`trade-workbench\browser-profile`;
  expect(browserProfile({ LOCALAPPDATA: String.raw`C:\Data` }, 'win32', '/home/ada')).toBe(`C:\\Data\\${windows}`);
  expect(browserProfile({}, 'win32', String.raw`C:\Users\Ada`)).toBe(`C:\\Users\\Ada\\AppData\\Local\\${windows}`);
  const other = 'trade-workbench/browser-profile';
  expect(browserProfile({ XDG_CACHE_HOME: '/x', LOCALAPPDATA: '/y' }, 'darwin', '/home/ada')).toBe(
    `/home/ada/Library/Caches/${other}`,
  );
  expect(browserProfile({ LOCALAPPDATA: '/local' }, 'linux', '/home/ada')).toBe(`/home/ada/.cache/${other}`);
});
