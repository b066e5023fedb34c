/** The window that the web shell opens itself, in a real Chromium: it comes in, and no user of the
 * machine could read how. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { processes, procText } from '../support/proc.ts';
import { chromiumPath } from './chromium.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const chromium = process.platform === 'linux' ? await chromiumPath() : undefined;
const why = chromium === undefined ? ' SKIP: no Linux with a Chromium that starts' : '';

describe.skipIf(chromium === undefined)(`the window that is opened${why}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'trade e2e window '));
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

  test('connects, leaves no token in a process list, and takes its page away', async () => {
    // As the person's browser, but without a screen: such a Chromium takes the page as a plain
    // argument.
    const browser = join(folder, 'browser.sh');
    const script = [
      ...['#!/bin/sh', 'page="${1#--app=}"', 'shift'],
      `exec "${chromium}" --headless --no-sandbox --disable-gpu --remote-debugging-port=0 "$@" "$page"\n`,
    ];
    writeFileSync(browser, script.join('\n'), { mode: 0o755 });
    const shell = spawn(
      join(ROOT, 'node_modules/.bin/node'),
      [...['src/web/index.ts', '--workspace', join(folder, 'workspace')], '--open', '--browser', browser],
      { cwd: ROOT, env: { ...process.env, XDG_CACHE_HOME: folder }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let output = '';
    for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (text) => (output += String(text)));
    const ended = new Promise<number | null>((done) => shell.once('close', done));
    try {
      const profile = join(folder, 'trade-workbench/browser-profile');
      const lists: string[] = [];
      const pages = (): readonly string[] =>
        existsSync(profile) ? readdirSync(profile).filter((name) => name.startsWith('open-')) : [];
      let token = '';
      await expect
        .poll(
          () => {
            lists.push(processList());
            const [page] = pages();
            if (page !== undefined) token ||= tokenIn(join(profile, page, 'workbench.html'));
            // Taken away: the page came in with it.
            return token !== '' && page === undefined;
          },
          { timeout: 60_000, interval: 20 },
        )
        .toBe(true);
      lists.push(processList());
      expect(output).not.toContain('did not open');
      expect(lists.some((list) => list.includes(profile))).toBe(true);
      for (const list of lists) expect(list).not.toContain(token);
      expect(lists.at(-1)).not.toMatch(/token=/);
      await expect.poll(() => titleOf(profile), { timeout: 60_000 }).toContain('TRADE');
    } finally {
      shell.kill('SIGINT');
    }
    expect(await ended).toBe(0);
  });
});

/** The command lines of all processes of the machine, as any of its users reads them. */
const processList = (): string =>
  processes(() => true)
    .map((pid) => procText(pid, 'cmdline').replaceAll('\0', ' '))
    .join('\n');

function tokenIn(file: string): string {
  try {
    return /#token=([\w-]{43})/.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
  } catch {
    return ''; // not written yet, or gone already
  }
}

/** Of the pages that the browser shows, with their addresses. */
async function titleOf(profile: string): Promise<string> {
  const port = readFileSync(join(profile, 'DevToolsActivePort'), 'utf8').split('\n')[0];
  const pages: unknown = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json();
  const shown = JSON.stringify(pages);
  if (/#token=/.test(shown)) throw new Error(`The token stands in the address bar: ${shown}`);
  return shown;
}
