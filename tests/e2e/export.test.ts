/** The Export panel of a student's page in Chromium: a download that the real trainer and ONNX
 * Runtime have tried. */
import { mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorkspace } from '../../src/store/workspace.ts';
import { addFinishedStudent, FINISHED, QUEUED } from '../support/finished-student.ts';
import { savedBy } from './beyond-page.ts';
import { describeInChromium, overflowOf } from './watched-page.ts';
import type { WebShell } from './web-shell.ts';
import { startWebShell } from './web-shell.ts';

await describeInChromium('the export of a student', (chromium) => {
  const folder = mkdtempSync(join(tmpdir(), 'trade e2e ü '));
  let checkpoint: string;
  let shell: WebShell;
  let page: Page;

  const go = (hash: string): Promise<unknown> => page.evaluate((to) => (location.hash = to), hash);
  const panel = () => page.locator('.panel', { has: page.getByRole('heading', { name: 'Export' }) });

  beforeAll(async () => {
    const workspace = openWorkspace(join(folder, 'workspace'));
    checkpoint = addFinishedStudent(workspace);
    workspace.close();
    shell = await startWebShell(join(folder, 'workspace'));
    page = await chromium.open(shell.address);
    await page.getByRole('heading', { name: 'Experiments' }).waitFor();
  });

  afterAll(async () => {
    await shell?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  test('downloads a file and says how far it is from the trained network', async () => {
    await go(`/students/${FINISHED}`);
    await panel().getByLabel('Form of the file').selectOption({ label: 'ONNX, half precision' });
    const { name, path } = await savedBy(page, () => panel().getByRole('button', { name: 'Export' }).click());
    expect(name).toBe('nice-search-take-2-student-1.onnx');
    expect(readFileSync(path).toString('latin1')).toContain('TRADE workbench');
    await panel()
      .getByText(/KiB\. On 64 validation images its logits are within 0\.0\d+ of/)
      .waitFor();
    expect(await overflowOf(page)).toEqual([]);
  });

  test('says why there is none of a damaged checkpoint, and can be asked again', async () => {
    truncateSync(checkpoint, 1000);
    await panel().getByRole('button', { name: 'Export' }).click();
    await panel().getByRole('alert').filter({ hasText: 'has 1000 bytes where' }).waitFor();
    expect(await panel().getByRole('button', { name: 'Export' }).isEnabled()).toBe(true);
  });

  test('offers nothing for a student that has not been trained', async () => {
    await go(`/students/${QUEUED}`);
    await panel().getByText('It can be exported when it has finished.').waitFor();
    expect(await panel().getByRole('button').count()).toBe(0);
  });
});
