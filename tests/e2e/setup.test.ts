/** The tab Set-up: what the run is, to read in a small window and to take along by keys alone. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateWorkspace } from '../../scripts/make-workspace/generate.ts';
import { parseSearchText } from '../../src/bridge/config/parse-config.ts';
import { inputOf } from '../../src/bridge/config/config-input.ts';
import type { Run } from '../../src/core/records/run.ts';
import { openWorkspace } from '../../src/store/workspace.ts';
import { allowClipboard, clipboardText } from './beyond-page.ts';
import { seriousFindings } from './accessibility.ts';
import { describeInChromium, overflowOf } from './watched-page.ts';
import type { WebShell } from './web-shell.ts';
import { startWebShell } from './web-shell.ts';

const SLOW = 120_000;

await describeInChromium('the set-up of a run', (chromium) => {
  const folder = mkdtempSync(join(tmpdir(), 'trade e2e setup '));
  const workspace = join(folder, 'workspace');
  let shell: WebShell;
  let page: Page;
  let run: Run;

  beforeAll(async () => {
    generateWorkspace(workspace, { runs: 1, trials: 20, epochs: 1, large: 20, seed: 3 });
    const { store, close } = openWorkspace(workspace);
    const found = store.runs().rows[0]?.run;
    if (found === undefined) throw new Error('There is no run.');
    run = found;
    const { config } = run;
    const odd = { ...config, name: 'Odd', objectives: [{ metric: 'energy', goal: 'minimize', known: false } as const] };
    store.createRun({ id: 'odd', config: odd, strategyVersion: 99, sample: false });
    store.setRunState('odd', 'paused');
    close();
    shell = await startWebShell(workspace);
    page = await chromium.open(shell.address);
    await page.setViewportSize({ width: 1280, height: 800 });
    await allowClipboard(page);
    await page.getByRole('heading', { name: 'Experiments' }).waitFor();
  }, SLOW);

  afterAll(async () => {
    await shell?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  const go = (address: string): Promise<unknown> => page.evaluate((to) => (location.hash = to), address);
  const copied = async (button: string, told: string): Promise<string> => {
    await page.getByRole('button', { name: button }).press('Enter');
    await page.getByText(`${told} copied.`, { exact: true }).waitFor();
    return clipboardText(page);
  };

  test('is read in groups, light and dark, and scrolled by keys', async () => {
    await go(`/runs/${run.id}/setup`);
    const region = page.getByRole('region', { name: 'Set-up of the run' });
    await region.getByRole('heading', { name: 'Distillation' }).waitFor();
    await region.getByText('Learning rate', { exact: true }).waitFor();
    await region.getByText('unknown').first().waitFor();
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
      expect(await seriousFindings(page), colorScheme).toEqual([]);
    }
    expect(await overflowOf(page)).toEqual([]);
    expect(
      await region.evaluate((one) => one.scrollHeight > one.clientHeight && one.scrollWidth <= one.clientWidth),
    ).toBe(true);
    await region.focus();
    await page.keyboard.press('End');
    await expect
      .poll(() => region.evaluate((one) => one.scrollTop + one.clientHeight >= one.scrollHeight - 1))
      .toBe(true);
  });

  test('is taken along as JSON, as a command and by its id', async () => {
    const json = await copied('Copy as JSON', 'JSON');
    expect(parseSearchText(json)).toEqual(inputOf(run.config));
    const command = await copied('Copy command line', 'Command line');
    expect(command).toMatch(/^trade search - <<'/);
    expect(command).toContain(json);
    expect(await copied('Copy id', 'Id')).toBe(run.id);
  });

  test('is a template of the next run', async () => {
    await page.getByRole('button', { name: 'Use as template' }).press('Enter');
    await page.getByRole('heading', { name: 'New run' }).waitFor();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe(`${run.config.name} (copy)`);
  });

  test('of a run that asks for what is not known here says so, and offers its id alone', async () => {
    await go('/runs/odd/setup');
    await page.getByText(/This version cannot do the same again: objectives/).waitFor();
    await page.getByText(/^99; this program has \d+$/).waitFor();
    const disabled = await page.locator('.panel-tools button:disabled').allInnerTexts();
    expect(disabled.map((text) => text.trim())).toEqual(['Copy as JSON', 'Copy command line', 'Use as template…']);
    expect(await copied('Copy id', 'Id')).toBe('odd');
  });
});
