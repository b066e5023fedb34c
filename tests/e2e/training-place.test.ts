/** Settings > Where trainings run: what a person without Ray sees, and what a cluster answers. The
 * cluster is a listening port, and a program in the place of Python that speaks as our driver
 * does. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seriousFindings } from './accessibility.ts';
import { describeInChromium, overflowOf } from './watched-page.ts';
import type { WebShell } from './web-shell.ts';
import { startWebShell } from './web-shell.ts';

const SLOW = 120_000;
const CLUSTER = {
  nodes: [
    { id: 'aa', address: '10.0.0.2', cpus: 8, gpus: 1, memory: 32e9, version: '0.1.0' },
    { id: 'bb', address: '10.0.0.3', cpus: 8, gpus: 0, memory: 32e9, problem: 'It has no Node: install Node 24.' },
  ],
  cpus: { total: 16, free: 12 },
  gpus: { total: 1, free: 1 },
};
/** Says what the driver says of this cluster; whatever else it is asked, it refuses. */
const SPEAKER = `
const { do: what } = JSON.parse(process.argv.at(-1));
const say = (line) => console.log(JSON.stringify(line));
if (what === 'describe') {
  say({ is: 'connected', ray: '2.60.0', python: '3.11.2' });
  say({ is: 'described', cluster: ${JSON.stringify(CLUSTER)} });
} else say({ is: 'refused', words: 'this cluster is for show' });
`;

await describeInChromium('where trainings run', (chromium) => {
  const folder = mkdtempSync(join(tmpdir(), 'trade e2e place '));
  let shell: WebShell;
  let page: Page;
  let head: Server;
  let address: string;

  beforeAll(async () => {
    head = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => head.listen(0, '127.0.0.1', resolve));
    address = `ray://127.0.0.1:${(head.address() as AddressInfo).port}`; // it listens on a port
  });

  afterAll(async () => {
    await shell?.stop();
    head?.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  async function start(workspace: string, python: string): Promise<void> {
    process.env['TRADE_PYTHON'] = python;
    // What is chosen is kept with the user: here with one who has nothing yet.
    for (const kind of ['CACHE', 'CONFIG']) process.env[`XDG_${kind}_HOME`] = join(folder, kind);
    shell = await startWebShell(join(folder, workspace));
    page = await chromium.open(shell.address);
    await openSettings();
  }

  async function openSettings(): Promise<void> {
    await page.getByRole('heading', { name: 'Experiments' }).waitFor();
    await page.evaluate(() => (location.hash = '/settings'));
    await panel().waitFor();
  }

  const panel = (): Locator => page.getByRole('region', { name: 'Where trainings run' });
  const button = (name: string): Locator => panel().getByRole('button', { name, exact: true });

  test('without Ray it says so beside the way to get it, and asks nothing of it', { timeout: SLOW }, async () => {
    await start('without', '');
    await button('In use').waitFor();
    expect(await button('In use').isDisabled()).toBe(true);
    await panel().getByLabel('A cluster of Ray').check();
    await panel().getByText('Ray is not installed').waitFor();
    await button('Install Ray').waitFor();
    await button('Test connection').click();
    // An empty address is told beside its field.
    await panel().getByRole('alert').filter({ hasText: 'ray://' }).waitFor();
    await page.context().close();
    await shell.stop();
  });

  test('a cluster tells its machines, what is free, and what is wrong with one', { timeout: SLOW }, async () => {
    const python = join(folder, 'python');
    writeFileSync(join(folder, 'speaker.mjs'), SPEAKER);
    writeFileSync(python, `#!/bin/sh\nexec "${process.execPath}" "${join(folder, 'speaker.mjs')}" "$@"\n`);
    chmodSync(python, 0o755);
    await start('with', python);
    await panel().getByLabel('A cluster of Ray').check();
    await panel().getByLabel('Address').fill(address);
    await panel().getByLabel('CPUs a training').fill('2');
    await button('Test connection').click();
    // Four of the first machine; the other has no Node.
    await panel().getByText('4 trainings of this size fit side by side.').waitFor();
    await panel().getByText('12 of 16 free').waitFor();
    await panel().getByText('It has no Node: install Node 24.').waitFor();
    await panel().getByText('2.60.0, Python 3.11.2').waitFor();
    for (const [width, height] of [
      [1280, 800],
      [1920, 1080],
    ] as const) {
      await page.setViewportSize({ width, height });
      expect(await overflowOf(page)).toEqual([]);
    }
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
      expect(await seriousFindings(page), colorScheme).toEqual([]);
    }
  });

  test('what is chosen is kept over a reload, and taken back', { timeout: SLOW }, async () => {
    await button('Use for searches').click();
    await panel().getByText('Searches train on the cluster now.').waitFor();
    await page.reload();
    await panel().waitFor();
    await button('In use').waitFor();
    expect(await panel().getByLabel('Address').inputValue()).toBe(address);
    await panel().getByText('No trainer is on the cluster now.').waitFor();
    await panel().getByLabel('This machine').check();
    await button('Use for searches').click();
    await panel().getByText('Searches train here now.').waitFor();
  });

  test('an address where nobody answers is told in words, and nothing is thrown away', { timeout: SLOW }, async () => {
    await panel().getByLabel('A cluster of Ray').check();
    await new Promise((resolve) => head.close(resolve));
    await button('Test connection').click();
    await panel()
      .getByRole('alert')
      .filter({ hasText: `No cluster of Ray answers at ${address}` })
      .waitFor();
    expect(await panel().getByLabel('Address').inputValue()).toBe(address);
  });
});
