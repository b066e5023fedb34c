/** The whole way by keyboard alone: create, run, pick on the front, brush, compare, export. Nothing
 * here uses the pointer. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { savedBy } from './beyond-page.ts';
import { describeInChromium } from './watched-page.ts';
import type { WebShell } from './web-shell.ts';
import { startWebShell } from './web-shell.ts';

/** Of the first four, the references, the smallest is the best: others make a front. */
const TRIALS = 6;
const SLOW = 120_000;

await describeInChromium('the workbench by keyboard', (chromium) => {
  const folder = mkdtempSync(join(tmpdir(), 'trade e2e keys '));
  let shell: WebShell;
  let page: Page;

  beforeAll(async () => {
    shell = await startWebShell(join(folder, 'workspace'));
    page = await chromium.open(shell.address);
    await page.getByRole('heading', { name: 'Experiments' }).waitFor();
  });

  afterAll(async () => {
    await shell?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  const press = (keys: string): Promise<void> => page.keyboard.press(keys);
  const state = (words: string): Promise<void> =>
    page.locator('.head .badge', { hasText: words }).waitFor({ timeout: SLOW });
  const inPalette = async (words: string): Promise<void> => {
    await press('Control+k');
    await page.getByRole('dialog').getByRole('textbox').waitFor();
    await page.keyboard.type(words);
    await page.locator('[role=option][data-highlighted]').filter({ hasText: words }).waitFor();
    await press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  };

  /** What has the focus, by the name that a screen reader would say; fails where the eye could not
   * find it. */
  async function focused(): Promise<string> {
    const seen = await page.evaluate(() => {
      const element = document.activeElement;
      if (!(element instanceof HTMLElement) || element === document.body) return { name: '', fault: '' };
      const labels = 'labels' in element ? [...(element.labels as NodeListOf<HTMLElement>)] : [];
      const own = element.getAttribute('aria-label') ?? labels[0]?.innerText ?? element.innerText;
      const name = own.replaceAll(/\s+/g, ' ').trim();
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      const isInside = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
      const fault =
        box.width === 0 || box.height === 0 || !isInside
          ? 'is not to be seen'
          : outlineStyle === 'none' || outlineWidth === '0px'
            ? 'does not show that it has the focus'
            : '';
      return { name, fault };
    });
    expect(seen.fault === '' ? '' : `“${seen.name}” ${seen.fault}`).toBe('');
    return seen.name;
  }

  /** By Tab, through everything in between. */
  async function tabTo(name: string | RegExp): Promise<void> {
    const passed: string[] = [];
    for (let step = 0; step < 120; step += 1) {
      const here = await focused();
      if (typeof name === 'string' ? here === name : name.test(here)) return;
      passed.push(here);
      await press('Tab');
    }
    throw new Error(`Tab does not reach ${name}: ${passed.join(' | ')}`);
  }

  async function fill(name: string | RegExp, text: string): Promise<void> {
    await tabTo(name);
    await press('Control+a');
    await page.keyboard.type(text);
  }

  test('a search is set up, started, paused and resumed', { timeout: 3 * SLOW }, async () => {
    await press('Control+n');
    await page.getByRole('heading', { name: 'New run' }).waitFor();
    await fill(/^Name/, 'By keyboard 12');
    expect(page.url(), 'digits typed into a field are no shortcuts').toContain('#/new');
    await fill(/^Students to train/, String(TRIALS));
    await fill(/^Training images/, '300');
    await fill(/^Epochs/, '1');
    await page.getByText(/students fit/).waitFor();
    await tabTo('Start the search');
    await press('Enter');
    await page.waitForURL(/#\/runs\//);
    await state('Running');
    await press('p');
    await state('Paused');
    await press('p');
    await state('Finished');
  });

  test('the front is walked and told, two students are pinned, one is opened', async () => {
    await page
      .locator('figcaption')
      .filter({ hasText: /on the front/ })
      .waitFor();
    const heard = page.locator('.region[role=status]');
    await press('j');
    await heard.filter({ hasText: new RegExp(`validation accuracy.* 1 of ${TRIALS}\\.$`) }).waitFor();
    expect(await focused()).toMatch(/^Pareto front/);
    await press('Space');
    await heard.filter({ hasText: /is pinned, 1 of 4\.$/ }).waitFor();
    await press('ArrowRight');
    await heard.filter({ hasText: new RegExp(` 2 of ${TRIALS}\\.$`) }).waitFor();
    await press('Space');
    await heard.filter({ hasText: /is pinned, 2 of 4\.$/ }).waitFor();
    const title = await page.getByLabel('Picked student').getByRole('heading', { level: 2 }).innerText();
    await press('Enter');
    await page.getByRole('heading', { name: title, level: 1 }).waitFor();
  });

  test('ranges on the axes select what a drawn rectangle would', async () => {
    await inPalette('By keyboard');
    await page.getByRole('tab', { name: 'Front' }).waitFor();
    await page.locator('figure canvas').first().waitFor();
    await press('r');
    const dialog = page.getByRole('dialog', { name: 'Select students by ranges' });
    await dialog.getByText(`${TRIALS} students within`).waitFor();
    await tabTo('Parameters to');
    await press('ArrowLeft');
    const within = await dialog.getByRole('status').innerText();
    expect(Number.parseInt(within)).toBeLessThan(TRIALS);
    await tabTo('Select them');
    await press('Enter');
    await page.getByText(within.replace('within', 'selected'), { exact: true }).waitFor();
    await tabTo(/^Pareto front/);
    await press('Escape');
    await page.getByText(/students? selected$/).waitFor({ state: 'detached' });
  });

  test('the lines of the parallel coordinates are walked, and a range of one axis selects', async () => {
    await inPalette('Parameters');
    await page.getByRole('figure', { name: 'Parallel coordinates' }).locator('canvas').waitFor();
    // One family at first; the first choice is all of them.
    await tabTo(/^Family/);
    await press('Home');
    await page.getByText(`${TRIALS} students through`, { exact: false }).waitFor();
    await tabTo(/^Parallel coordinates/);
    await press('End');
    await page
      .locator('.region[role=status]')
      .filter({ hasText: new RegExp(` ${TRIALS} of ${TRIALS}\\.$`) })
      .waitFor();
    expect(await focused()).toMatch(/^Parallel coordinates/);
    await press('r');
    await tabTo(/^Validation accuracy \(%\) from$/);
    await press('End');
    await tabTo('Select them');
    await press('Enter');
    await page.getByText('1 student selected', { exact: true }).waitFor();
    await tabTo('Clear the selection');
    await press('Enter');
    await page.getByText(/students? selected$/).waitFor({ state: 'detached' });
  });

  test('the marks of the other charts are walked, pinned and opened as those of the front', async () => {
    const heard = page.locator('.region[role=status]');
    const card = page.getByLabel('Picked student');
    for (const [tab, chart, said] of [
      ['Families', 'Families over the search', /: (Reference|Initial|Global|Region \d)/],
    ] as const) {
      await inPalette(tab);
      await page.getByRole('figure', { name: chart }).locator('canvas').waitFor();
      await press('j');
      // From one end to the other: a student that is picked already is not told again.
      await press('End');
      await press('Home');
      await heard.filter({ hasText: said }).waitFor();
      expect(await focused()).toMatch(new RegExp(`^${chart}. Arrow keys`));
      await press('End');
      const title = await card.getByRole('heading', { level: 2 }).innerText();
      await heard.filter({ hasText: title }).waitFor();
      const isPinned = await card.getByRole('button', { name: 'Unpin' }).isVisible();
      await press('Space');
      await card.getByRole('button', { name: isPinned ? 'Pin to compare' : 'Unpin', exact: true }).waitFor();
      await press('Space');
      await card.getByRole('button', { name: isPinned ? 'Unpin' : 'Pin to compare', exact: true }).waitFor();
      await press('Enter');
      await page.getByRole('heading', { name: title, level: 1 }).waitFor();
      await inPalette('By keyboard');
      await page.getByRole('tab', { name: 'Front' }).waitFor();
    }
  });

  test('the table is searched, walked and pinned from', async () => {
    await inPalette('Trials');
    await page.getByRole('grid', { name: 'Students' }).waitFor();
    await press('Control+f');
    expect(await focused()).toMatch(/^Find a student/);
    await page.keyboard.type('finished');
    await press('Control+z');
    expect(await page.getByLabel(/^Find a student/).inputValue(), 'Ctrl+Z in a field is the field’s').not.toBe(
      'finished',
    );
    await press('Control+a');
    await press('Backspace');
    await tabTo(/^#\d/);
    const rows = page.getByRole('grid', { name: 'Students' }).locator('[data-row]');
    await press('End');
    await expect.poll(focused).toBe((await rows.last().innerText()).replaceAll(/\s+/g, ' ').trim());
    await press('ArrowUp');
    expect(await rows.nth(TRIALS - 2).getAttribute('aria-selected')).toBe('true');
    const pin = rows.nth(TRIALS - 2).getByRole('button', { name: /^Pin / });
    const before = await pin.getAttribute('aria-pressed');
    await press('Space');
    await expect.poll(() => pin.getAttribute('aria-pressed')).not.toBe(before);
    await press('Space');
    await expect.poll(() => pin.getAttribute('aria-pressed')).toBe(before);
    const box = rows.nth(TRIALS - 2).getByRole('checkbox');
    await press('Shift+Space');
    await expect.poll(() => box.isChecked()).toBe(true);
    expect(await pin.getAttribute('aria-pressed'), 'to select is not to pin').toBe(before);
    await press('Shift+Space');
    await expect.poll(() => box.isChecked()).toBe(false);
  });

  test('the log is found in, walked, and a student opened from it', async () => {
    await inPalette('Log');
    const grid = page.getByRole('grid', { name: 'Log' });
    await grid.locator('[data-row]').first().waitFor();
    await press('Control+f');
    expect(await focused()).toMatch(/^Find in the log/);
    await page.keyboard.type('finished #');
    await tabTo(/ Finished #\d/);
    await press('End');
    const last = (await grid.locator('[data-row]').last().innerText()).replaceAll(/\s+/g, ' ').trim();
    await expect.poll(focused).toBe(last);
    await press('ArrowUp');
    await expect.poll(focused).not.toBe(last);
    const title = /#\d+/.exec(await focused())?.[0];
    await press('Enter');
    await page.getByRole('heading', { name: `Student ${title}`, level: 1 }).waitFor();
    await inPalette('By keyboard');
    await page.getByRole('tab', { name: 'Front' }).waitFor();
  });

  test('the pinned are compared, and the comparison is saved', { timeout: SLOW }, async () => {
    await press('Control+d');
    await page.getByRole('heading', { name: 'Compare', level: 1 }).waitFor();
    await page.getByText('baseline').first().waitFor();
    await page
      .getByRole('table', { name: /^Confusion matrix of/ })
      .nth(2)
      .waitFor({ timeout: SLOW });
    expect(await focused()).not.toBe('');
    const { name, path } = await savedBy(page, () => press('e'));
    expect(name).toMatch(/^comparison-.*\.html$/);
    expect(readFileSync(path, 'utf8')).toContain('By keyboard 12');
  });

  test('a student is found by its number and exported', { timeout: SLOW }, async () => {
    await inPalette('#2');
    await page.getByRole('heading', { name: 'Student #2', level: 1 }).waitFor();
    await page.getByRole('heading', { name: 'Export' }).waitFor();
    expect((await savedBy(page, () => press('e'))).name).toBe('by-keyboard-12-student-2.onnx');
    await press('k');
    await page.getByRole('heading', { name: 'Student #1', level: 1 }).waitFor();
  });

  test('the first steps are all done by then', { timeout: SLOW }, async () => {
    const steps = page.getByRole('region', { name: 'First steps' });
    // What is told of the step that is open says which one it is, where one is.
    await expect.poll(() => steps.innerText(), { timeout: SLOW / 4 }).toContain('5 of 5');
    await inPalette('Hide the first steps');
    await page.getByRole('region', { name: 'First steps' }).waitFor({ state: 'detached' });
    await inPalette('Show the first steps');
    await page.getByRole('region', { name: 'First steps' }).waitFor();
  });

  test('single letters can be switched off, and chords go on', async () => {
    await press('?');
    const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await help.waitFor();
    await tabTo(/^Single letters/);
    await press('Space');
    await press('Escape');
    await help.waitFor({ state: 'detached' });
    await press('1');
    await press('?');
    await press('Control+n');
    await page.getByRole('heading', { name: 'New run' }).waitFor();
    expect(await help.count()).toBe(0);
    await page.goBack();
    await page.getByRole('heading', { name: 'Student #1', level: 1 }).waitFor();
  });

  test('the palette finds a teacher, and what people call otherwise; the first key skips the rail', async () => {
    await page.goto(page.url().replace(/#.*/, '#/'));
    await page.reload();
    await page.getByRole('heading', { name: 'Experiments' }).waitFor();
    await press('Tab');
    expect(await focused()).toBe('Skip to the view');
    await press('Enter');
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN');
    for (const [words, found, address] of [
      ['fashion-resnet', 'Teacher', /#\/teachers\/fashion-resnet$/],
      ['backup', 'Settings', /#\/settings$/],
      ['upload images', 'Import a data set', /#\/datasets$/],
    ] as const) {
      await press('Control+k');
      await page.keyboard.type(words);
      await page.locator('[role=option][data-highlighted]').filter({ hasText: found }).waitFor();
      await press('Enter');
      await page.waitForURL(address);
    }
  });
});
