/**
 * Every route in both themes, with its dialogs and menus: axe finds nothing serious. The routes
 * come from the router, so that a new one fails here until it is visited.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateWorkspace } from '../../scripts/make-workspace/generate.ts';
import { testing } from '../../src/renderer/router.ts';
import { RUN_TABS } from '../../src/renderer/run/tabs.ts';
import { openWorkspace } from '../../src/store/workspace.ts';
import { seriousFindings } from './accessibility.ts';
import { cutControls } from './cut-controls.ts';
import { describeInChromium } from './watched-page.ts';
import type { WebShell } from './web-shell.ts';
import { startWebShell } from './web-shell.ts';

const { ROUTES } = testing;

const ROOT = resolve(import.meta.dirname, '../..');
const SLOW = 120_000;
const SCHEMES = ['light', 'dark'] as const;
/** 1280 x 800 at 200 %. */
const ZOOMED = { width: 640, height: 400 };

type RouteName = (typeof ROUTES)[number]['name'];

/** Addresses that show each route, as functions of what the workspace holds. */
interface Held {
  /** Generated: many students, curves, no predictions. */
  readonly made: string;
  /** Really searched. */
  readonly run: string;
  readonly student: string;
}

const ADDRESSES: Readonly<Record<RouteName, (held: Held) => readonly string[]>> = {
  experiments: () => ['/'],
  'new-run': () => ['/new'],
  run: ({ made, run }) => [
    ...RUN_TABS.filter(({ id }) => id !== 'students').map(({ id }) => `/runs/${made}/${id}`),
    ...(['front', 'regions', 'predictions'] as const).map((tab) => `/runs/${run}/${tab}`),
  ],
  'run-table': ({ made, run }) => ['/table', `/table?runs=${made},${run}`],
  trash: () => ['/trash'],
  student: ({ student }) => [`/students/${student}`],
  'all-front': () => ['/front'],
  compare: () => ['/compare'],
  teachers: () => ['/teachers'],
  teacher: () => ['/teachers/fashion-resnet'],
  datasets: () => ['/datasets'],
  dataset: () => ['/datasets/fashion-mnist'],
  strategies: () => ['/strategies'],
  generators: () => ['/generators'],
  settings: () => ['/settings'],
  missing: () => ['/no/such/place'],
};

await describeInChromium('accessibility', (chromium) => {
  const folder = mkdtempSync(join(tmpdir(), 'trade e2e axe '));
  const workspace = join(folder, 'workspace');
  let shell: WebShell;
  let page: Page;
  let held: Held;

  /** Two students of the real search are pinned, so that Compare has something to show. */
  beforeAll(async () => {
    generateWorkspace(workspace, { runs: 3, trials: 120, epochs: 3, large: 60, seed: 5 });
    const config = join(folder, 'config.json');
    // TRADE: its tabs are all there are.
    const strategy = { id: 'trade' };
    const search = { families: ['resnet', 'mobilenet-v2'], trainImages: 300, budget: { trials: 2 }, seed: 2, strategy };
    writeFileSync(config, JSON.stringify({ name: 'Searched', ...search, recipe: { epochs: 1 } }));
    const program = [join(ROOT, 'src/cli/index.ts'), 'search', config, '--workspace', workspace];
    const { status, stderr } = spawnSync(join(ROOT, 'node_modules/.bin/node'), program, {
      cwd: ROOT,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
    held = readHeld();
    shell = await startWebShell(workspace);
    page = await chromium.open(shell.address);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.getByRole('heading', { name: 'Experiments' }).waitFor();
    await go(`/runs/${held.run}/trials`);
    for (const row of [0, 1]) await page.locator('[data-row]').nth(row).getByRole('button', { name: /^Pin / }).click();
  }, 3 * SLOW);

  afterAll(async () => {
    await shell?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  function readHeld(): Held {
    const { store, close } = openWorkspace(workspace);
    const runs = store.runs().rows.map(({ run }) => run);
    const run = runs.find(({ name }) => name === 'Searched')?.id ?? '';
    const made = runs.find(({ name }) => name.endsWith('the largest'))?.id ?? '';
    const student = store.trials(run).find(({ state }) => state === 'finished')?.id ?? '';
    close();
    return { made, run, student };
  }

  /** There when nothing in it is being read any more. */
  async function go(address: string): Promise<void> {
    // The router names the window when it has arrived.
    await page.evaluate((to) => {
      if (location.hash === `#${to}`) return;
      document.title = '';
      location.hash = to;
    }, address);
    await page.waitForFunction(() => document.title !== '');
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    await page.locator('.view h1, .view h2').first().waitFor();
    await page
      .locator('main')
      .filter({ hasNotText: /Reading |Following the search|[Cc]ounting/ })
      .waitFor({ timeout: SLOW });
  }

  async function inBothThemes(what: string, check: () => Promise<readonly string[]>): Promise<void> {
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
      expect(await check(), `${what}, ${colorScheme}`).toEqual([]);
    }
  }

  test('every route of the router is visited', () => {
    expect(Object.keys(ADDRESSES).toSorted()).toEqual(ROUTES.map(({ name }) => name).toSorted());
  });

  describe.each(ROUTES.map(({ name }) => name))('%s', (name) => {
    test('has no serious finding in either theme', { timeout: 3 * SLOW }, async () => {
      for (const address of ADDRESSES[name](held)) {
        await go(address);
        await inBothThemes(address, () => seriousFindings(page));
      }
    });

    test('at 200 % cuts no control off', { timeout: SLOW }, async () => {
      await page.setViewportSize(ZOOMED);
      try {
        for (const address of ADDRESSES[name](held)) {
          await go(address);
          expect(await cutControls(page), address).toEqual([]);
        }
      } finally {
        await page.setViewportSize({ width: 1280, height: 800 });
      }
    });
  });

  const button = (name: string | RegExp): Locator => page.getByRole('button', { name }).first();
  /** What opens over a view, by the view that has it. */
  const OVER: readonly (readonly [what: string, address: (held: Held) => string, open: () => Promise<void>])[] = [
    ['the palette', () => '/', () => page.keyboard.press('Control+k')],
    ['the help sheet', () => '/', () => page.keyboard.press('?')],
    ['the menu', () => '/', () => button('Menu').click()],
    [
      'the question at quitting',
      () => '/',
      async () => {
        await button('Menu').click();
        await page.getByRole('menuitem', { name: 'Quit…' }).click();
      },
    ],
    ['ranges of the front', ({ made }) => `/runs/${made}/front`, () => page.keyboard.press('r')],
    ['ranges of the parameters', ({ made }) => `/runs/${made}/parameters`, () => page.keyboard.press('r')],
    ['other runs', ({ made }) => `/runs/${made}/front`, () => button('Other runs').click()],
    ['ways to save a chart', ({ made }) => `/runs/${made}/front`, () => button(/^Save /).click()],
    ['a chart as a table', ({ made }) => `/runs/${made}/front`, () => button('Show as table').click()],
    ['work under way', () => '/', () => page.locator('header').getByRole('button').first().click()],
    ['import and export of runs', () => '/', () => button('Import, export').click()],
    ['views of the list', () => '/', () => button(/^Views: /).click()],
    ['a filter of the list', () => '/', () => button(/^State/).click()],
    ['more about a run', ({ made }) => `/runs/${made}/front`, () => button('More about this run').click()],
    ['the training of a teacher', () => '/teachers', () => button('Train a teacher').click()],
    ['the import of a teacher', () => '/teachers', () => button('Import a teacher').click()],
    ['the import of a data set', () => '/datasets', () => button('Import a data set').click()],
    ['an import into a new run', () => '/new', () => button('Import a data set').click()],
    ['networks to compare with', () => '/compare', () => button('Add a network').click()],
    ['a new study of generators', () => '/generators', () => button('New study').click()],
    ['a new replay', () => '/strategies', () => button('New replay').click()],
  ];

  test.each(OVER)('%s has no serious finding in either theme', { timeout: SLOW }, async (what, address, open) => {
    await go(address(held));
    await page.locator('body').press('Escape');
    await open();
    await page.locator('[role=dialog], [role=alertdialog], [role=menu], [role=region] table').first().waitFor();
    await inBothThemes(what, () => seriousFindings(page));
    await page.keyboard.press('Escape');
    await page.locator('[role=dialog], [role=alertdialog], [role=menu]').first().waitFor({ state: 'detached' });
  });
});
