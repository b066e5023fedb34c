/**
 * Pictures of every view for the documentation, light and dark, from a workspace with a finished
 * run whose winners were trained again, and read through the real web shell: `node
 * scripts/screenshots.ts --workspace DIR [--out docs/screenshots] [--size 1280x800]` under Node 24.
 * `--only supernet`: those of a one-shot search alone, in whatever workspace has one.
 * `--only kinds`: those of data sets beyond images and of the runs that are named as these are.
 * `--only generators`: that of studies of generators, in whatever workspace has some.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Locator, Page } from 'playwright-core';
import { launchChromium } from '../tests/e2e/chromium.ts';
import { startWebShell } from '../tests/e2e/web-shell.ts';

const { values } = parseArgs({
  options: {
    workspace: { type: 'string' },
    out: { type: 'string' },
    only: { type: 'string' },
    size: { type: 'string', default: '1280x800' },
  },
});
const TABS = ['Trials', 'Parameters', 'Curves', 'Hypervolume', 'Families', 'Regions', 'Predictions'] as const;
const BY_EPOCHS = / ep$/;
/** In the name of a run that trained one network of all students. */
const ONE_SHOT = 'One network';
/** Names of data sets beyond images and of a run on each, and what their examples are called. */
const BEYOND = [
  ['pupils', 'answers'],
  ['tones', 'recordings'],
] as const;
const [width = 0, height = 0] = values.size.split('x').map(Number);
const SOME = ['supernet', 'kinds', 'generators'];
if (values.workspace === undefined || (values.only !== undefined && !SOME.includes(values.only))) {
  const usage =
    'Usage: node scripts/screenshots.ts --workspace DIR [--out DIR] [--only supernet|kinds|generators] ' +
    '[--size WIDTHxHEIGHT]';
  process.stderr.write(`${usage}\n`);
  process.exit(2);
}
const out = resolve(values.out ?? 'docs/screenshots');
mkdirSync(out, { recursive: true });

const shell = await startWebShell(resolve(values.workspace));
const browser = await launchChromium();
try {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: 'light' });
  const page = await context.newPage();
  await page.goto(shell.address);
  await page.getByRole('heading', { name: 'Experiments' }).waitFor();
  // Named when the catalog is there, which titles the strategy and the teacher too.
  await page
    .getByText(basename(resolve(values.workspace)), { exact: true })
    .first()
    .waitFor();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await shootAll(page, (name) => join(out, `${name}-${colorScheme}.png`));
  }
} finally {
  await browser.close();
  await shell.stop();
}

/** The largest run of the workspace is shown; its two most accurate students are compared. */
async function shootAll(page: Page, fileOf: (name: string) => string): Promise<void> {
  const shoot = async (name: string): Promise<void> => {
    await page.mouse.move(width / 2, 4);
    await page.waitForTimeout(600);
    await page.screenshot({ path: fileOf(name) });
    process.stdout.write(`${fileOf(name)}\n`);
  };
  const go = (hash: string): Promise<unknown> => page.evaluate((to) => (location.hash = to), hash);

  if (values.only === 'generators') return shootGenerators(page, go, shoot);
  await go('/');
  const rows = page.locator('.body [role=row]');
  await rows.first().waitFor();
  if (values.only !== 'kinds') await shootSupernet(page, rows.filter({ hasText: ONE_SHOT }).first(), shoot);
  if (values.only !== 'supernet') for (const [set, many] of BEYOND) await shootKind(page, set, many, go, shoot);
  if (values.only !== undefined) return;
  await go('/');
  await rows.first().waitFor();
  await shoot('experiments');

  const sizes = await rows.locator('.count').allInnerTexts();
  const largest = sizes.reduce((best, text, row) => (finished(text) > finished(sizes[best] ?? '') ? row : best), 0);
  await rows.nth(largest).click();
  await page.getByRole('tab', { name: 'Front' }).waitFor();
  const run = new URL(page.url()).hash.slice(1);
  await page.getByLabel(/^Pareto front\. Arrow keys/).focus();
  for (let step = 0; step < 3; step += 1) await page.keyboard.press('ArrowLeft');
  await page.evaluate(() =>
    document.activeElement instanceof HTMLElement ? document.activeElement.blur() : undefined,
  );
  await shoot('run-front');
  await shootGrowth(page, shoot);
  for (const tab of [...TABS, 'Log', 'Set-up']) {
    const button = page.getByRole('tab', { name: tab });
    // Not every strategy fills each of them.
    if ((await button.count()) === 0) continue;
    await button.click();
    // What the log is followed for.
    await page.getByText('Following the search').waitFor({ state: 'detached' });
    await shoot(`run-${tab.toLowerCase()}`);
  }

  await page.getByRole('button', { name: 'More about this run' }).click();
  await page.getByRole('menuitem', { name: 'Train the best again' }).click();
  await page.getByRole('dialog').waitFor();
  await shoot('train-again');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await go('/');
  await rows.filter({ hasText: 'winners' }).first().click();
  await page.getByRole('figure', { name: 'Accuracies over seeds' }).locator('canvas').waitFor();
  await shoot('run-students');

  await go('/');
  await shootLegs(page, rows.filter({ has: page.locator('.count', { hasText: BY_EPOCHS }) }).first(), shoot);

  await go(`${run}/trials`);
  const isFresh = (await page.getByRole('button', { name: /^Pin /, pressed: true }).count()) === 0;
  const accuracy = page.getByRole('button', { name: 'Accuracy' });
  await accuracy.click();
  if (isFresh) for (const row of [0, 1]) await page.getByRole('button', { name: /^Pin / }).nth(row).click();
  await rows.first().getByRole('link').click();
  await page.locator('svg .node').first().waitFor();
  await page.getByRole('table', { name: 'Confusion matrix' }).waitFor();
  await shoot('student');
  const [network] = await Promise.all([
    page.waitForEvent('download', { timeout: 120_000 }),
    page
      .locator('.panel', { has: page.getByRole('heading', { name: 'Export' }) })
      .getByRole('button', { name: 'Export' })
      .click(),
  ]);

  await go('/compare');
  await teacherIsCompared(page);
  await shoot('compare');
  const architecture = page.locator('section', { has: page.getByRole('heading', { name: 'Architecture' }) });
  await architecture.evaluate((section) => section.scrollIntoView());
  await shoot('compare-architecture');
  for (const [name, heading] of [
    ['compare-disagreement', 'Disagreement'],
    ['compare-calibration', 'Recognised by class'],
  ] as const) {
    const section = page.locator('section', { has: page.getByRole('heading', { name: heading }) });
    await section.first().evaluate((one) => one.scrollIntoView());
    await shoot(name);
  }

  await go('/front');
  const everyFront = page.getByLabel(/^Front of all runs\. Arrow keys/);
  await everyFront.focus();
  await page.getByRole('img', { name: /^Front of all runs\. / }).waitFor();
  for (let step = 0; step < 3; step += 1) await page.keyboard.press('ArrowLeft');
  await everyFront.blur();
  await shoot('all-front');

  await go('/strategies');
  await shootStrategies(page, shoot);
  await go('/table');
  await page.getByRole('region', { name: 'Runs as a table' }).locator('tbody tr').first().waitFor();
  await shoot('run-table');

  await go('/new');
  await page.getByText(/students fit/).waitFor();
  await shoot('new-run');
  await page.getByLabel('Choices', { exact: true }).selectOption('wide');
  const dimensions = page.getByRole('combobox', { name: 'Give own levels of' });
  await dimensions.selectOption({ index: 1 });
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByText(/students fit/).waitFor();
  await dimensions.scrollIntoViewIfNeeded();
  await shoot('new-run-levels');
  await page.getByRole('button', { name: 'Defaults' }).click();
  await page.getByRole('button', { name: 'Sweep…' }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Queue \d+ runs/ })
    .waitFor();
  await shoot('sweep');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });

  await go('/teachers');
  await page.getByRole('table').locator('tbody tr').first().waitFor();
  await shoot('teachers');
  await page.getByRole('table').getByRole('link').first().click();
  await page.locator('svg .node').first().waitFor();
  await shoot('teacher');

  await go('/teachers');
  await shootTeacherImport(page, await network.path(), shoot);

  await go('/datasets');
  await page.getByRole('table').locator('tbody tr').first().waitFor();
  await shoot('datasets');
  await page.getByRole('table').getByRole('link').first().click();
  await page.locator('figure canvas').first().waitFor();
  await shoot('dataset');
  await go('/datasets');
  await page.getByRole('button', { name: 'Import a data set' }).click();
  await page.getByRole('dialog').locator('summary').click();
  await shoot('import-dataset');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });

  await go('/trash');
  await page.getByRole('heading', { level: 1 }).waitFor();
  await shoot('trash');
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').waitFor();
  await shoot('palette');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });

  await go('/settings');
  await page.getByRole('button', { name: 'Measure speed' }).click();
  await page.getByRole('button', { name: 'Check the workspace' }).click();
  await page.getByText('Everything is sound').waitFor({ timeout: 120_000 });
  await page.getByRole('button', { name: 'Measure again' }).waitFor({ timeout: 120_000 });
  await shoot('settings');
  const place = page.getByRole('region', { name: 'Where trainings run' });
  await place.getByLabel('A cluster of Ray').check();
  await place.scrollIntoViewIfNeeded();
  await shoot('settings-cluster');
}

/** Its predictions are computed when they are first asked for. */
function teacherIsCompared(page: Page): Promise<void> {
  const matrix = page.getByRole('table', { name: 'Better than' });
  return matrix.getByRole('rowheader', { name: 'Teacher' }).waitFor({ timeout: 300_000 });
}

/** The front after the first students, and half-way: it grows, in the pictures of the README. */
async function shootGrowth(page: Page, shoot: (name: string) => Promise<void>): Promise<void> {
  const moment = page.getByLabel('Front after');
  const whole = Number(await moment.getAttribute('max'));
  for (const [name, share] of [
    ['run-front-early', 1 / 6],
    ['run-front-halfway', 1 / 2],
  ] as const) {
    await moment.fill(String(Math.max(1, Math.round(whole * share))));
    await shoot(name);
  }
  await page.getByRole('button', { name: 'Follow the run' }).click();
}

/** An exported student is somebody's network as any other; nothing is kept of it. */
async function shootTeacherImport(page: Page, file: string, shoot: (name: string) => Promise<void>): Promise<void> {
  await page.getByRole('button', { name: 'Import a teacher' }).click();
  const dialog = page.getByRole('dialog');
  const chooser = page.waitForEvent('filechooser');
  await dialog.getByRole('button', { name: 'Choose a file…' }).click();
  await (await chooser).setFiles({ name: 'my-network.onnx', mimeType: '', buffer: readFileSync(file) });
  await dialog.getByLabel('Data set').selectOption('fashion-mnist');
  await dialog.getByRole('button', { name: 'Judge', exact: true }).click();
  await dialog.getByText(/^Right on/).waitFor({ timeout: 120_000 });
  await shoot('import-teacher');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
}

/** The claim's comparison, played where the workspace has no replay yet. */
async function shootStrategies(page: Page, shoot: (name: string) => Promise<void>): Promise<void> {
  const about = page.getByRole('region', { name: 'About this replay' });
  const none = page.getByText('No strategies have been compared');
  await about.or(none).first().waitFor();
  if (await none.isVisible()) {
    await page.getByRole('button', { name: 'New replay' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: "The claim's comparison" }).click();
    await dialog.getByRole('button', { name: 'Play' }).click();
    await dialog.waitFor({ state: 'detached' });
  }
  await about.getByText('Finished').waitFor({ timeout: 600_000 });
  await shoot('strategies');
}

/** A search with short trainings, where the workspace has one: who rests, what the front cost, and
 * the steps of its best student. */
async function shootLegs(page: Page, row: Locator, shoot: (name: string) => Promise<void>): Promise<void> {
  if ((await row.count()) === 0) return;
  await row.click();
  await page.getByRole('tab', { name: 'Hypervolume' }).click();
  for (const over of ['epochs', 'seconds']) {
    await page.getByLabel('Over').selectOption(over);
    await page.getByRole('figure', { name: 'Hypervolume history' }).locator('canvas').waitFor();
    await shoot(`legs-hypervolume-${over}`);
  }
  await page.getByRole('tab', { name: 'Trials' }).click();
  await shoot('legs-trials');
  await page.getByRole('button', { name: 'Accuracy' }).click();
  await page.locator('.body [role=row]').first().getByRole('link').click();
  await page.getByRole('heading', { name: 'Step by step' }).waitFor();
  await shoot('legs-student');
}

/** A one-shot search, where the workspace has one: its cell, what its paths counted, and its
 * course. */
async function shootSupernet(page: Page, row: Locator, shoot: (name: string) => Promise<void>): Promise<void> {
  if ((await row.count()) === 0) return;
  await row.click();
  await page.getByRole('tab', { name: 'Supernet' }).click();
  await page.getByRole('figure', { name: 'Course of the search' }).locator('canvas').waitFor();
  await shoot('supernet-cell');
  const scroller = page.locator('.panel-stack').first();
  await scroller.evaluate((list) => list.scrollTo(0, list.scrollHeight));
  await shoot('supernet-course');
  await scroller.evaluate((list) => list.scrollTo(0, 0));
}

/** The first study of the list, with the others beside it in the chart. */
async function shootGenerators(
  page: Page,
  go: (hash: string) => Promise<unknown>,
  shoot: (name: string) => Promise<void>,
): Promise<void> {
  await go('/generators');
  await page.getByRole('img', { name: /^64 samples/ }).waitFor();
  await page.getByRole('figure', { name: 'Best generator over the cells trained' }).locator('canvas').waitFor();
  await shoot('generators');
}

/** A data set beyond images and two students of the run on it, where the workspace has them. */
async function shootKind(
  page: Page,
  set: string,
  many: string,
  go: (hash: string) => Promise<unknown>,
  shoot: (name: string) => Promise<void>,
): Promise<void> {
  const row = page.getByRole('link', { name: new RegExp(`^${set}`, 'i') }).first();
  if ((await row.count()) === 0) return;
  await row.click();
  await page.getByRole('tab', { name: 'Trials' }).click();
  for (const at of [0, 1]) await page.locator('[data-row]').nth(at).getByRole('button', { name: /^Pin / }).click();
  await go(`/datasets/${set}`);
  await page.getByText(/^1–\d+ of/).waitFor();
  await shoot(`dataset-${many}`);
  await go('/compare');
  await teacherIsCompared(page);
  const heading = page.getByRole('heading', { name: /^(ROC curves|Confusion matrices)/ });
  await heading.evaluate((one) => one.closest('section')?.scrollIntoView());
  await shoot(`compare-${many}`);
  await page.getByRole('button', { name: 'Unpin all' }).click();
  await go('/');
  await page.locator('.body [role=row]').first().waitFor();
}

/** Of students; a run by epochs has no place among those. */
function finished(count: string): number {
  if (BY_EPOCHS.test(count)) return 0;
  return Number(/[\d,]+/.exec(count)?.[0].replaceAll(',', '') ?? 0);
}
