/** Runs kept for years, in the window: tags, notes, views, trash and undo, duplicates, runs as
 * files; over a reload and a restart. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateWorkspace } from '../../scripts/make-workspace/generate.ts';
import { examineFolder } from '../../src/store/upkeep/doctor.ts';
import { openReadable } from '../../src/store/workspace.ts';
import { manifestOf, teacherContent, writeArchive } from '../support/forge.ts';
import { savedBy } from './beyond-page.ts';
import { describeInChromium, overflowOf } from './watched-page.ts';
import type { WebShell } from './web-shell.ts';
import { startWebShell } from './web-shell.ts';

const RUNS = 6;
/** A loaded machine takes its time. */
const poll = <T>(look: () => Promise<T>) => expect.poll(look, { timeout: 30_000 });

await describeInChromium('runs kept for years', (chromium) => {
  const folder = mkdtempSync(join(tmpdir(), 'trade e2e runs '));
  const workspace = join(folder, 'workspace');
  let shell: WebShell;
  let page: Page;

  beforeAll(async () => {
    generateWorkspace(workspace, { runs: RUNS, trials: 60, epochs: 2, large: 20, seed: 7 });
    await start();
  });

  afterAll(async () => {
    await shell?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  async function start(): Promise<void> {
    shell = await startWebShell(workspace);
    page = await chromium.open(shell.address);
    await rows().first().waitFor();
  }

  /** The window first: it would tell that the host is out of reach. */
  async function stop(): Promise<void> {
    await page.context().close();
    await shell.stop();
  }

  const rows = (): Locator => page.locator('.body [role=row]');
  const names = async (): Promise<readonly string[]> => rows().locator('.name a').allInnerTexts();
  const rowCount = (count: number): Promise<unknown> => poll(() => rows().count()).toBe(count);
  const goHome = async (): Promise<void> => {
    await page.getByRole('link', { name: 'Experiments', exact: true }).click();
    await page.getByRole('heading', { name: 'Experiments' }).waitFor();
    await rows().first().waitFor();
  };

  test('tags are put on several runs, offered again, and filter the list; its view survives a restart', async () => {
    for (const row of [0, 1]) await rows().nth(row).getByRole('checkbox').check();
    const bar = page.getByRole('group', { name: 'Selected runs' });
    await bar.getByText('2 runs selected').waitFor();
    await bar.getByRole('button', { name: 'Tags' }).click();
    const field = page.getByLabel('Tag for the selected runs');
    await field.fill('two, words');
    await page.getByRole('alert').filter({ hasText: 'no comma' }).waitFor();
    await field.fill('paper');
    await field.press('Enter');
    await poll(() => rows().locator('.tag.own', { hasText: 'paper' }).count()).toBe(2);
    await page.keyboard.press('Escape');
    await bar.getByRole('button', { name: 'Clear the selection' }).click();

    await rows().nth(2).getByRole('link').click();
    await page.getByRole('button', { name: 'Add tags' }).click();
    const tag = page.getByLabel('Tag for this run');
    await poll(() => tag.evaluate((input: HTMLInputElement) => input.list?.options.length)).toBe(1);
    await tag.fill('PAPER');
    await tag.press('Enter');
    // As it is written on the others.
    await page.getByRole('button', { name: 'Remove the tag paper' }).waitFor();
    await goHome();

    await page.getByRole('button', { name: 'Tags', exact: true }).click();
    await page.getByRole('menuitemcheckbox', { name: /paper/ }).click();
    await page.keyboard.press('Escape');
    await rowCount(3);
    await page.getByRole('columnheader', { name: 'Name' }).getByRole('button').click();
    const byName = (await names()).toSorted((left, right) => (left.toLowerCase() < right.toLowerCase() ? -1 : 1));
    await poll(names).toEqual(byName);
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Strategy' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('columnheader', { name: 'Strategy' }).waitFor();
    await page.getByRole('button', { name: /^Views/ }).click();
    await page.getByLabel('Name of this view').fill('For the paper');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('button', { name: 'Views: For the paper' }).waitFor();
    expect(await overflowOf(page)).toEqual([]);

    await stop();
    await start();
    await rowCount(RUNS);
    await page.getByRole('button', { name: /^Views/ }).click();
    await page.getByRole('button', { name: 'For the paper', exact: true }).click();
    await rowCount(3);
    await poll(names).toEqual(byName);
    await page.getByRole('columnheader', { name: 'Strategy' }).waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await rowCount(RUNS);
  });

  test('columns are as wide as keyboard and dragging made them, and rows as high as the density says', async () => {
    const head = (name: string): Locator => page.getByRole('columnheader', { name, exact: true });
    const widthOf = async (name: string): Promise<number> => Math.round((await head(name).boundingBox())?.width ?? 0);
    const heightOf = async (): Promise<number> => Math.round((await rows().first().boundingBox())?.height ?? 0);
    const [accuracy, time, height] = [await widthOf('Accuracy'), await widthOf('Time'), await heightOf()];
    await head('Accuracy').getByRole('button').focus();
    await page.keyboard.press('Shift+ArrowRight');
    await poll(() => widthOf('Accuracy')).toBe(accuracy + 8);
    const grip = (await head('Time').locator('.grip').boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    const [x, y] = [grip.x + grip.width / 2, grip.y + grip.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 30, y);
    await page.mouse.up();
    await poll(() => widthOf('Time')).toBe(time + 30);
    // One edge of the head is the same of the cells below it.
    const cell = rows().first().getByRole('gridcell').nth(3);
    expect(Math.round((await cell.boundingBox())?.width ?? 0)).toBe(accuracy + 8);

    await page.getByRole('link', { name: 'Settings and Doctor' }).click();
    await page.getByLabel('Compact').check();
    await goHome();
    await poll(heightOf).toBeLessThan(height);
    await page.reload();
    await rows().first().waitFor();
    expect(await heightOf()).toBeLessThan(height);
    expect([await widthOf('Accuracy'), await widthOf('Time')]).toEqual([accuracy + 8, time + 30]);
    const second = await rows().nth(1).boundingBox();
    expect(Math.round((second?.y ?? 0) - ((await rows().first().boundingBox())?.y ?? 0))).toBe(await heightOf());

    await head('Time').locator('.grip').dblclick();
    await poll(() => widthOf('Time')).toBe(time);
    await page.getByRole('link', { name: 'Settings and Doctor' }).click();
    await page.getByLabel('Comfortable').check();
    await goHome();
    await poll(heightOf).toBe(height);
  });

  test('a note is kept as it is typed, over a reload, and shown as Markdown with nothing from outside', async () => {
    await rows().first().getByRole('link').click();
    await page.getByRole('tab', { name: 'Notes' }).click();
    await page.getByRole('button', { name: 'Write' }).click();
    const field = page.getByRole('textbox', { name: /^Notes on/ });
    await field.fill(
      '# Why\n\n![x](https://evil.example/x.png) <b>b</b> [paper](https://arxiv.org/abs/2206.13130)\n\n|a|\n|-:|\n|1|' +
        '\n\n[board](http://localhost:6006/) [run](javascript:alert(1))',
    );
    await page.reload();
    await page.getByRole('heading', { name: 'Why' }).waitFor();
    expect(await page.locator('.written img, .written b, .written [style]').count()).toBe(0);
    const links = page.locator('.written a');
    // An image that is not shown is a link to it, and what is no page of the web is text.
    const addresses = ['https://evil.example/x.png', 'https://arxiv.org/abs/2206.13130', 'http://localhost:6006/'];
    for (const attribute of ['href', 'title'])
      expect(await links.evaluateAll((all, name) => all.map((one) => one.getAttribute(name)), attribute)).toEqual(
        addresses,
      );
    await page.getByText('javascript:alert(1)').waitFor();
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('textbox', { name: /^Notes on/ }).pressSequentially('more');
    await page.getByRole('button', { name: 'Done' }).click();
    await goHome();
    await rows().first().getByText('has notes').waitFor({ state: 'attached' });
    await page.getByLabel('Find a run by name, tag or notes').fill('WHY');
    await rowCount(1);
    await rows().first().locator('mark', { hasText: 'Why' }).waitFor();
    expect(await overflowOf(page)).toEqual([]);
    await page.getByLabel('Find a run by name, tag or notes').fill('');
    await rowCount(RUNS);
    expect(await page.locator('mark').count()).toBe(0);
    const { store, close } = openReadable(workspace);
    const noted = store.runs().rows.find(({ hasNote }) => hasNote);
    expect(store.runNote(noted?.run.id ?? '')).toMatch(/^# Why[\s\S]*more$/);
    close();
  });

  test('Delete moves a run to the trash, Ctrl+Z brings it back; deleting for good says what it frees', async () => {
    const before = await names();
    await rows().nth(1).focus();
    await page.keyboard.press('Delete');
    const bar = page.locator('.undo');
    await bar.getByText(`Moved “${before[1]}” to the trash.`).waitFor();
    await rowCount(RUNS - 1);
    await page.keyboard.press('Control+z');
    await rowCount(RUNS);
    expect(await names()).toEqual(before);
    await poll(() => bar.count()).toBe(0);

    await rows().nth(4).focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    await page.keyboard.press('Delete');
    await bar.getByText('Moved 2 runs to the trash.').waitFor();
    await page.getByRole('link', { name: 'Trash', exact: true }).click();
    const table = page.getByRole('region', { name: 'Runs in the trash' });
    await poll(() => table.locator('tbody tr').count()).toBe(2);
    await poll(() => table.locator('tbody tr').first().innerText()).toMatch(/[\d.]+ KiB/);
    // A run in the trash can be looked at before it is decided on.
    await table.getByRole('link').first().click();
    await page.getByText('This run is in the trash.').waitFor();
    await page.goBack();
    await page.getByRole('button', { name: `Restore ${before[4]}` }).click();
    await poll(() => table.locator('tbody tr').count()).toBe(1);

    const reclaim = page.getByRole('region', { name: 'Reclaim space' });
    await reclaim.getByText('1 run', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Empty the trash…' }).click();
    const dialog = page.getByRole('alertdialog');
    expect(await dialog.innerText()).toMatch(/frees [\d.]+ KiB and cannot be undone/);
    await dialog.getByRole('button', { name: /^Delete, freeing/ }).click();
    await page.getByText('The trash is empty').waitFor();
    await goHome();
    await rowCount(RUNS - 1);
    expect(await names()).toContain(before[4]);
  });

  test('a run is duplicated into the form, and two are drawn together', async () => {
    const [name = ''] = await names();
    await rows().first().getByRole('link').click();
    await page.getByRole('button', { name: 'More about this run' }).click();
    await page.getByRole('menuitem', { name: 'Duplicate…' }).click();
    await page.getByRole('heading', { name: 'New run' }).waitFor();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe(`${name} (copy)`);
    await page
      .getByText(/students fit/)
      .first()
      .waitFor();
    await goHome();
    for (const row of [0, 1]) await rows().nth(row).getByRole('checkbox').check();
    await page.getByRole('group', { name: 'Selected runs' }).getByRole('button', { name: 'Compare' }).click();
    await page.getByRole('button', { name: 'Other runs (1)' }).waitFor();
    await goHome();
  });

  test('a run goes out as a file and comes in under another id; a damaged one is told and alters nothing', async () => {
    const [name = ''] = await names();
    await rows().first().getByRole('link').click();
    await page.getByRole('button', { name: 'More about this run' }).click();
    const { name: fileName, path: file } = await savedBy(page, () =>
      page.getByRole('menuitem', { name: 'Export as a file' }).click(),
    );
    expect(fileName).toMatch(/\.trade$/);
    await goHome();

    await choose(file);
    await rowCount(RUNS);
    await page.getByText(/got another id/).waitFor();
    expect((await names()).filter((one) => one === name)).toHaveLength(2);

    const bad = join(folder, 'bad.trade');
    writeFileSync(bad, readFileSync(file).subarray(0, 700));
    // By a drop on the window, wherever one is.
    await page.getByRole('link', { name: 'New run' }).first().click();
    await drop(bad);
    await page.getByRole('alert').filter({ hasText: '"bad.trade" cannot be taken in' }).waitFor();
    await page.getByRole('alert').getByRole('button', { name: 'Close' }).click();
    await rowCount(RUNS);
  });

  test('the runs that are ticked go out as one file, by key too', async () => {
    for (const row of [0, 2]) await rows().nth(row).getByRole('checkbox').check();
    const button = page.getByRole('group', { name: 'Selected runs' }).getByRole('button', { name: 'Export' });
    expect((await savedBy(page, () => button.click())).name).toBe('2-runs.trade');
    await poll(() => button.isEnabled()).toBe(true);
    const { name, path: file } = await savedBy(page, () => page.keyboard.press('e'));
    expect(name).toBe('2-runs.trade');
    await page.getByRole('button', { name: 'Clear the selection' }).click();
    await choose(file);
    await page.getByText('2 runs were taken in; 2 got another id').waitFor();
    await rowCount(RUNS + 2);
    for (const row of [0, 1]) await rows().nth(row).getByRole('checkbox').check();
    await page.keyboard.press('Delete');
    await rowCount(RUNS);
  });

  test('the whole workspace goes into one file and comes out of it in another place; both are sound', async () => {
    await page.getByRole('button', { name: 'Import, export' }).click();
    const { path: file } = await savedBy(page, () =>
      page.getByRole('menuitem', { name: 'Export the whole workspace' }).click(),
    );
    await stop();
    expect(examineFolder(workspace).problems).toEqual([]);

    const second = join(folder, 'second');
    const there = await startWebShell(second);
    try {
      page = await chromium.open(there.address);
      await page.getByText('No search has been run in this workspace yet').waitFor();
      await choose(file);
      await rowCount(RUNS);
      // A stranger's file with a teacher of the program's name: what stayed out is told for as long
      // as it takes to read it.
      const content = { ...teacherContent('big'), ...teacherContent('fashion-resnet') };
      const strange = join(folder, 'strange.trade');
      await writeArchive(strange, manifestOf(content), content);
      await choose(strange);
      const told = page.getByRole('status').filter({ hasText: 'The teacher "big" was taken in.' });
      await told
        .getByText('The teacher "fashion-resnet" was left out: one of that name belongs to the program')
        .waitFor();
      await told.getByRole('button', { name: 'Close' }).click();
      await told.waitFor({ state: 'detached' });
      await page.getByRole('button', { name: /^Views/ }).click();
      await page.getByRole('button', { name: 'For the paper', exact: true }).waitFor();
    } finally {
      await page.context().close();
      await there.stop();
    }
    expect(examineFolder(second).problems).toEqual([]);
  });

  async function drop(file: string): Promise<void> {
    await page.evaluate(
      ({ name, bytes }) => {
        const data = new DataTransfer();
        data.items.add(new File([Uint8Array.from(bytes)], name));
        const target = document.querySelector('main') ?? document.body;
        for (const type of ['dragover', 'drop']) {
          target.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
        }
      },
      { name: basename(file), bytes: [...readFileSync(file)] },
    );
  }

  async function choose(file: string): Promise<void> {
    await page.getByRole('button', { name: 'Import, export' }).click();
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('menuitem', { name: 'Import runs…' }).click(),
    ]);
    await chooser.setFiles(file);
  }
});
