/** Own levels of a wide space in the New run form: given, narrowed, refused and taken back by keys
 * alone, and readable at every size and in both themes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seriousFindings } from './accessibility.ts';
import { describeInChromium, overflowOf } from './watched-page.ts';
import type { WebShell } from './web-shell.ts';
import { startWebShell } from './web-shell.ts';

const LEVELS = 'ViT: Blocks';

await describeInChromium('own levels', (chromium) => {
  const folder = mkdtempSync(join(tmpdir(), 'trade levels '));
  let shell: WebShell;
  let page: Page;

  beforeAll(async () => {
    shell = await startWebShell(join(folder, 'workspace'));
    page = await chromium.open(shell.address);
    await page.getByRole('link', { name: 'New run' }).first().click();
  });
  afterAll(async () => {
    await shell?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  const field = () => page.getByRole('textbox', { name: LEVELS });
  const more = () => page.getByRole('combobox', { name: 'Give own levels of' });
  /** Exact numbers of students of a family: those of the preview's last column. */
  const total = async (family: string): Promise<number> => {
    const row = page.getByRole('row', { name: new RegExp(`^${family} `) });
    return Number((await row.getByRole('cell').last().innerText()).replaceAll(',', ''));
  };

  test('of a dimension begin with those in force, where the keys go next', async () => {
    await page.getByText(/students fit/).waitFor();
    await more().focus();
    // Typed as a person looks for it in a list, which passes others on the way.
    await page.keyboard.type(LEVELS);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await field().waitFor();
    expect(await field().inputValue()).toMatch(/^1, 2, 3, 4/);
    expect(await field().evaluate((element) => element === document.activeElement)).toBe(true);
  });

  test('narrow the family in the preview, and no other', async () => {
    await page.getByText(/students fit/).waitFor();
    const [vit, resnet] = [await total('ViT'), await total('ResNet')];
    await field().fill('1');
    await expect.poll(() => total('ViT'), { timeout: 20_000 }).toBeLessThan(vit / 10);
    expect(await total('ResNet')).toBe(resnet);
  });

  test('that are none are refused beside the field, by its name, and what was typed stays', async () => {
    await field().fill('2, 99');
    const alert = page.getByRole('group', { name: 'Own levels' }).getByRole('alert');
    await alert.filter({ hasText: 'levels.vit.blocks: 99 is not possible' }).waitFor();
    expect(await field().getAttribute('aria-invalid')).toBe('true');
    await page.getByRole('button', { name: 'Start the search' }).click();
    await alert.waitFor();
    expect(page.url()).toContain('#/new');
    expect(await field().inputValue()).toBe('2, 99');
    await field().fill('2, ');
    await alert.waitFor({ state: 'detached' });
    expect(await field().inputValue()).toBe('2, ');
  });

  test.each(['light', 'dark'] as const)('are read by everybody, %s, on windows of all sizes', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    for (const [width, height] of [
      [1920, 1080],
      [1280, 800],
      [640, 400],
    ] as const) {
      await page.setViewportSize({ width, height });
      expect(await overflowOf(page)).toEqual([]);
      expect(await seriousFindings(page)).toEqual([]);
    }
  });

  test('are given up by their button; the keys stay in the field', async () => {
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.getByRole('button', { name: `Without own levels of ${LEVELS}` }).focus();
    await page.keyboard.press('Enter');
    await field().waitFor({ state: 'detached' });
    expect(await more().evaluate((element) => element === document.activeElement)).toBe(true);
  });
});
