/**
 * Every view over a small set of sound and one of simulated pupils, each really searched: what a
 * kind lacks is not shown, what it has is, in its own words, in both themes and at two sizes.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openWorkspace } from '../../src/store/workspace.ts';
import { writeFiles } from '../compute/support/sources.ts';
import { toneFiles } from '../compute/support/wav.ts';
import { savedBy } from './beyond-page.ts';
import { seriousFindings } from './accessibility.ts';
import { cutControls } from './cut-controls.ts';
import { describeInChromium, overflowOf } from './watched-page.ts';
import type { WebShell } from './web-shell.ts';
import { startWebShell } from './web-shell.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const SLOW = 240_000;
const SIZES = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
] as const;

/** `make`: the command line that makes the set under that name. */
interface SmallKind {
  readonly name: string;
  readonly noun: string;
  readonly families: readonly string[];
  readonly make: (folder: string) => readonly string[];
}

const KINDS: readonly SmallKind[] = [
  {
    ...{ name: 'tones', noun: 'recording', families: ['resnet', 'mobilenet-v2'] },
    make: (folder) => [
      ...['datasets', 'import', writeFiles(join(folder, 'tones'), toneFiles(24)), '--group', '^(\\d\\d)'],
      ...['--val', '0.2', '--test', '0.2', '--bands', '24', '--seconds', '0.25'],
    ],
  },
  {
    ...{ name: 'pupils', noun: 'answer', families: ['gru', 'sakt'] },
    make: () => ['datasets', 'simulate', 'pupils', '--name', 'pupils', '--pupils', '40', '--seed', '3'],
  },
];

interface Held {
  readonly run: string;
  readonly student: string;
}

await describeInChromium('data sets beyond images', (chromium) => {
  const folder = mkdtempSync(join(tmpdir(), 'trade e2e kinds '));
  const workspace = join(folder, 'workspace');
  let shell: WebShell;
  let page: Page;
  /** By the name of the set, read before the program has the workspace. */
  const held = new Map<string, Held>();

  function trade(...args: readonly string[]): void {
    const program = [join(ROOT, 'src/cli/index.ts'), ...args, '--workspace', workspace];
    const { status, stderr } = spawnSync(join(ROOT, 'node_modules/.bin/node'), program, {
      cwd: ROOT,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
  }

  beforeAll(async () => {
    for (const { name, families, make } of KINDS) {
      trade(...make(folder));
      trade('teachers', 'train', '--dataset', name, '--epochs', '1', '--name', `${name}-teacher`);
      const config = join(folder, `${name}.json`);
      const recipe = { epochs: 1, batchSize: 16, distillation: { loss: 'kd' } };
      const search = { name, dataset: name, families, budget: { trials: 2 }, seed: 2, slots: 1, recipe };
      writeFileSync(config, JSON.stringify(search));
      trade('search', config);
    }
    const { store, close } = openWorkspace(workspace);
    for (const { run } of store.runs().rows) {
      const student = store.trials(run.id).find(({ state }) => state === 'finished')?.id ?? '';
      held.set(run.name, { run: run.id, student });
    }
    close();
    for (const { name } of KINDS)
      trade('export', `${heldOf(name).run}/1`, '--format', 'onnx', '--out', networkOf(name));
    shell = await startWebShell(workspace);
    page = await chromium.open(shell.address);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.getByRole('heading', { name: 'Experiments' }).waitFor();
  }, 2 * SLOW);

  afterAll(async () => {
    await shell?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  const networkOf = (name: string): string => join(folder, `${name} student.onnx`);
  const heldOf = (name: string): Held => held.get(name) ?? { run: '', student: '' };

  /** There when nothing in it is being read any more. */
  async function go(address: string): Promise<void> {
    await page.evaluate((to) => {
      if (location.hash === `#${to}`) return;
      document.title = '';
      location.hash = to;
    }, address);
    await page.waitForFunction(() => document.title !== '');
    await page.locator('.view h1, .view h2').first().waitFor();
    await page
      .locator('main')
      .filter({ hasNotText: /Reading |being read|Showing it|Following the search|[Cc]ounting/ })
      .waitFor({ timeout: SLOW });
  }

  /** Lines that speak of images. */
  const strayWords = async (): Promise<readonly string[]> =>
    (await page.locator('main').innerText()).split('\n').filter((line) => /\bimages?\b/i.test(line));

  async function pinBoth({ run }: Held): Promise<void> {
    await go('/compare');
    const unpin = page.getByRole('button', { name: 'Unpin all' });
    if ((await unpin.count()) > 0) await unpin.click();
    await go(`/runs/${run}/trials`);
    for (const row of [0, 1]) await page.locator('[data-row]').nth(row).getByRole('button', { name: /^Pin / }).click();
  }

  describe.each(KINDS)('$name', ({ name, noun }) => {
    test('is called what it is in every view, which stays inside the window', { timeout: 2 * SLOW }, async () => {
      const own = heldOf(name);
      await pinBoth(own);
      const tabs = [
        ...['front', 'trials', 'parameters', 'curves', 'hypervolume', 'families', 'regions', 'predictions'],
        ...['log', 'set-up', 'notes'],
      ];
      const addresses = [
        ...[`/datasets/${name}`, `/teachers/${name}-teacher`, `/students/${own.student}`, '/compare', '/front'],
        ...tabs.map((tab) => `/runs/${own.run}/${tab}`),
      ];
      for (const address of addresses) {
        await go(address);
        expect([address, await strayWords()]).toEqual([address, []]);
        for (const size of SIZES) {
          await page.setViewportSize(size);
          expect([address, size.width, await overflowOf(page)]).toEqual([address, size.width, []]);
        }
        await page.setViewportSize(SIZES[0]);
        // Charts follow the window a moment later.
        await expect.poll(() => cutControls(page), { message: address, timeout: 20_000 }).toEqual([]);
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
          expect([address, colorScheme, await seriousFindings(page)]).toEqual([address, colorScheme, []]);
        }
      }
    });

    test('its examples can be looked at page by page, of a class', async () => {
      await go(`/datasets/${name}`);
      const examples = page.getByRole('list', { name: new RegExp(`^${noun}s of this page$`, 'i') });
      const items = examples.locator(':scope > li');
      await items.first().waitFor();
      const all = await items.count();
      const label = page.getByLabel('Class', { exact: true });
      await label.selectOption('1');
      const title = await label.locator('option:checked').innerText();
      await expect.poll(() => items.filter({ hasText: title }).count()).toBe(await items.count());
      expect(all).toBeGreaterThan(0);
    });

    test(
      'a search is offered what its examples may have done to them, and its own families',
      async () => {
        await go(`/datasets/${name}`);
        await page.getByRole('button', { name: 'Search on it' }).click();
        await page.getByText(/students fit/).waitFor({ timeout: SLOW });
        await page.locator('summary', { hasText: 'Advanced' }).click();
        expect(await strayWords()).toEqual([]);
        const isSound = noun === 'recording';
        await expect.poll(() => page.getByLabel('Mask time').count()).toBe(isSound ? 1 : 0);
        expect(await page.getByLabel(/^Flip/).count()).toBe(0);
        expect(
          await page
            .getByRole('checkbox', { name: /^GRU/ })
            .isChecked()
            .catch(() => false),
        ).toBe(!isSound);
        expect(await page.getByRole('checkbox', { name: /^ResNet/ }).count()).toBe(isSound ? 1 : 0);
      },
      SLOW,
    );

    test('a network from a file is judged on it, and kept as a teacher', { timeout: SLOW }, async () => {
      await go('/teachers');
      await page.getByRole('button', { name: 'Import a teacher' }).click();
      const dialog = page.getByRole('dialog', { name: 'Import a teacher' });
      await dialog.getByLabel('Data set').selectOption(name);
      const chooser = page.waitForEvent('filechooser');
      await dialog.getByRole('button', { name: 'Choose a file…' }).click();
      await (await chooser).setFiles(networkOf(name));
      await dialog.getByRole('button', { name: 'Judge', exact: true }).click();
      await dialog
        .getByText(new RegExp(`^Right on \\d+\\.\\d\\d % of the validation ${noun}s`))
        .waitFor({ timeout: SLOW });
      expect(await dialog.innerText()).not.toMatch(/\bimages?\b/i);
      expect([await overflowOf(page), await seriousFindings(page)]).toEqual([[], []]);
      await dialog.getByRole('button', { name: 'Keep it' }).click();
      await page.getByRole('heading', { name: `${name}-student` }).waitFor();
      expect(await strayWords()).toEqual([]);
    });

    test('what two students say of it is compared, and saved as a report', { timeout: SLOW }, async () => {
      await pinBoth(heldOf(name));
      await go('/compare');
      // Three of them: each against each other, once their predictions are here.
      const matrix = page.getByRole('table', { name: 'Better than' });
      await matrix.waitFor({ timeout: SLOW });
      expect(await matrix.getByRole('row').count()).toBe(4);
      const { path } = await savedBy(page, () => page.getByRole('button', { name: 'Save as HTML report' }).click());
      const report = readFileSync(path, 'utf8');
      expect(report).toContain(`validation ${noun}s`);
      expect(report.replaceAll(/<style>.*?<\/style>|data:image\/[^"]*|img-src|class="images"/gs, '')).not.toMatch(
        /\bimages?\b/i,
      );
    });
  });

  test('the threshold of a ROC curve is walked by keys, and told in words', { timeout: SLOW }, async () => {
    await go(`/students/${heldOf('pupils').student}`);
    await page
      .getByRole('img', { name: /^ROC curve\. Area: This student 0\.\d{3} \(0\.\d{3} to 0\.\d{3}\)\./ })
      .waitFor();
    const slider = page.getByRole('slider', { name: /^Threshold/ });
    await slider.focus();
    await page.keyboard.press('ArrowLeft');
    await page.getByText(/^Called "right" from 0\.49 on: \d+\.\d % of the answers that are, /).waitFor();
    expect(await slider.getAttribute('aria-valuetext')).toMatch(/^0\.49\. This student: Called "right" from 0\.49 on/);
    await page.keyboard.press('Home');
    await page.getByText(/^Called "right" from 0\.00 on: 100\.0 % of the answers that are, 100\.0 %/).waitFor();
    expect(await page.getByText('Confusion matrix').count()).toBe(0);
  });

  test('recordings of two classes keep their confusion matrix, as their kind says', async () => {
    await go(`/students/${heldOf('tones').student}`);
    await page.getByRole('table', { name: 'Confusion matrix' }).waitFor();
    expect(await page.getByText('ROC curve').count()).toBe(0);
  });
});
