/** A person imports a network of somebody else's in the window: sees what it takes, what was
 * guessed and how good that is, corrects it, judges it again and keeps it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COLOUR, colourNetwork, writeColourDataset } from '../compute/support/colour-dataset.ts';
import { npyFile, zipFile } from '../compute/support/numpy-files.ts';
import { seriousFindings } from './accessibility.ts';
import { describeInChromium, overflowOf } from './watched-page.ts';
import type { WebShell } from './web-shell.ts';
import { startWebShell } from './web-shell.ts';

const WAIT = 60_000;

await describeInChromium('importing a teacher', (chromium) => {
  const folder = mkdtempSync(join(tmpdir(), 'trade e2e teacher '));
  let shell: WebShell;
  let page: Page;

  beforeAll(async () => {
    const workspace = join(folder, 'workspace');
    shell = await startWebShell(workspace);
    writeColourDataset(join(workspace, 'datasets/colour'));
    page = await chromium.open(shell.address);
  });

  afterAll(async () => {
    await shell?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  const dialog = () => page.getByRole('dialog', { name: 'Import a teacher' });
  const guesses = () => dialog().getByRole('region', { name: 'Ways to show it images' }).locator('tbody tr');

  async function choose(name: string, bytes: Uint8Array): Promise<void> {
    writeFileSync(join(folder, name), bytes);
    const chooser = page.waitForEvent('filechooser');
    await dialog().getByRole('button', { name: 'Choose a file…' }).click();
    await (await chooser).setFiles(join(folder, name));
    await dialog().getByText(`${name}: 1 file`).waitFor();
  }

  test('what is wrong with a file is said beside what can be done about it', async () => {
    await page.getByRole('link', { name: 'Teachers', exact: true }).click();
    await page.getByRole('row', { name: /Fashion-MNIST/ }).waitFor();
    await page.getByRole('button', { name: 'Import a teacher' }).click();
    await dialog().getByRole('button', { name: 'Judge', exact: true }).click();
    await dialog().getByText('Choose a file.').waitFor();
    await choose('Read me.onnx', Buffer.from('no network'));
    expect(await dialog().getByLabel('Name', { exact: true }).inputValue()).toBe('read-me');
    await dialog().getByLabel('Data set').selectOption('colour');
    await dialog().getByRole('button', { name: 'Judge', exact: true }).click();
    await dialog().getByText('Read me.onnx is no ONNX file').waitFor({ timeout: WAIT });
    // Four answers for three classes: the field where it can be said which is which is shown.
    await choose('Four.onnx', colourNetwork({ places: [0, 1, 3] }));
    await dialog().getByRole('button', { name: 'Judge', exact: true }).click();
    await dialog().getByText('gives 4 numbers for an example').waitFor({ timeout: WAIT });
    await dialog().getByLabel('Classes', { exact: true }).fill('0, 1, 3');
    await dialog().getByRole('button', { name: 'Judge', exact: true }).click();
    await dialog().getByText('Right on 100.00 % of the validation images').waitFor({ timeout: WAIT });
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
  });

  test('it is judged, corrected, judged again, and kept as it was judged', async () => {
    await page.getByRole('button', { name: 'Import a teacher' }).click();
    await choose('Their net.onnx', colourNetwork({ batch: 7, softmax: true }));
    // What was said of the file before is not said of this one.
    expect(await dialog().getByLabel('Classes', { exact: true }).inputValue()).toBe('');
    await dialog().getByRole('button', { name: 'Judge', exact: true }).click();
    await dialog().getByText('"pixels" float32 [7, 3, 8, 8]').waitFor({ timeout: WAIT });
    await dialog().getByText('"answers" float32 [7, 3]').waitFor();
    await dialog().getByText('exactly 7 images at a time').waitFor();
    await dialog().getByText('It gives probabilities').waitFor();
    expect(await guesses().count()).toBeGreaterThan(5);
    await guesses().first().getByText('100.0 %').waitFor();
    expect(await overflowOf(page)).toEqual([]);
    expect(await seriousFindings(page)).toEqual([]);
    // A wrong correction: it has to be judged before it can be kept, and shows what it costs.
    await guesses().filter({ hasText: '0 to 255' }).first().getByRole('button').click();
    await dialog().getByText('Something was changed since').waitFor();
    await dialog().getByRole('button', { name: 'Judge again' }).click();
    await dialog()
      .getByText(/Right on (?!100)/)
      .waitFor({ timeout: WAIT });
    await dialog().getByLabel('Numbers').selectOption('0-1');
    await dialog().getByRole('button', { name: 'Judge again' }).click();
    await dialog().getByText('Right on 100.00 %').waitFor({ timeout: WAIT });
    await dialog().getByRole('button', { name: 'Keep it' }).click();
    await page.getByRole('heading', { name: 'their-net' }).waitFor();
    await page.getByText('pixels, float32, NCHW').waitFor();
    await page.getByRole('table', { name: 'Confusion matrix' }).waitFor({ timeout: WAIT });
    expect(await overflowOf(page)).toEqual([]);
    await page.getByRole('link', { name: 'Teachers', exact: true }).click();
    await page.getByRole('row', { name: /their-net/ }).waitFor();
  });

  test('answers in a file are judged as they are, and are one of several with the network', async () => {
    await page.getByRole('button', { name: 'Import a teacher' }).click();
    await choose('Their answers.npz', answersFile());
    expect(await dialog().getByLabel('Layout', { exact: true }).count()).toBe(0);
    await dialog().getByLabel('Data set').selectOption('colour');
    await dialog().getByRole('button', { name: 'Judge', exact: true }).click();
    await dialog().getByText('Right on 100.00 % of the validation images').waitFor({ timeout: WAIT });
    await dialog().getByRole('button', { name: 'Keep it' }).click();
    await page.getByRole('heading', { name: 'their-answers' }).waitFor();
    await page.getByRole('link', { name: 'Teachers', exact: true }).click();
    await page.getByRole('button', { name: 'Combine teachers' }).click();
    const combining = page.getByRole('dialog', { name: 'Combine teachers' });
    await combining.getByLabel('Name', { exact: true }).fill('both');
    await combining.getByRole('button', { name: 'Judge', exact: true }).click();
    await combining.getByText('Choose at least 2.').waitFor();
    for (const name of ['their-net', 'their-answers']) await combining.getByRole('checkbox', { name }).check();
    await combining.getByRole('button', { name: 'Judge', exact: true }).click();
    await combining.getByText('Right on 100.00 %').waitFor({ timeout: WAIT });
    expect(await overflowOf(page)).toEqual([]);
    expect(await seriousFindings(page)).toEqual([]);
    await combining.getByRole('button', { name: 'Keep it' }).click();
    await page.getByRole('heading', { name: 'both' }).waitFor();
    await page.getByRole('table', { name: 'Confusion matrix' }).waitFor({ timeout: WAIT });
  });
});

/** All of them right: labels go round. */
function answersFile(): Buffer {
  const classes = COLOUR.classes.length;
  const rows = (count: number): Buffer => {
    const values = Array.from({ length: count * classes }, (_, place) =>
      Math.floor(place / classes) % classes === place % classes ? 4 : -1,
    );
    return npyFile(values, [count, classes]);
  };
  const { train, val, test: tests } = COLOUR;
  return zipFile({ 'train.npy': rows(train), 'val.npy': rows(val), 'test.npy': rows(tests) });
}
