/** A person imports a small data set, looks at it, trains a teacher on it, stops another one and
 * goes on with it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { idxPair, repeated, writeFiles } from '../compute/support/sources.ts';
import { chooseFolder, describeInChromium, overflowOf } from './watched-page.ts';
import type { WebShell } from './web-shell.ts';
import { startWebShell } from './web-shell.ts';

const SLOW = 600_000;
const WAIT = 150_000;

await describeInChromium('teachers and data sets', (chromium) => {
  const folder = mkdtempSync(join(tmpdir(), 'trade e2e library '));
  let shell: WebShell;
  let page: Page;

  beforeAll(async () => {
    shell = await startWebShell(join(folder, 'workspace'));
    page = await chromium.open(shell.address);
  });

  afterAll(async () => {
    await shell?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  const jobs = () => page.getByRole('dialog', { name: 'Jobs' });

  test('a folder becomes a data set, whose classes and images can be looked at page by page', async () => {
    const source = writeFiles(join(folder, 'Digits'), idxPair('train', repeated(3, 60)));
    await page.getByRole('link', { name: 'Data sets' }).click();
    await page.getByRole('link', { name: 'Fashion-MNIST' }).waitFor();
    await page.getByRole('button', { name: 'Import a data set' }).click();
    const dialog = page.getByRole('dialog', { name: 'Import a data set' });
    await chooseFolder(page, writeFiles(join(folder, 'Letters'), { 'read me.txt': Buffer.from('no images') }));
    await dialog.getByRole('button', { name: 'Import', exact: true }).click();
    await dialog.getByRole('alert').filter({ hasText: 'cannot be imported' }).waitFor({ timeout: WAIT });
    await chooseFolder(page, source);
    await dialog.getByLabel('Side in pixels').fill('16');
    await dialog.getByLabel('Title', { exact: true }).fill('My digits');
    await dialog.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByRole('heading', { name: 'My digits' }).waitFor({ timeout: WAIT });
    await page.getByRole('img', { name: /Each of 3 classes has 48 training images/ }).waitFor();
    await page.getByText('1–60 of 144').waitFor();
    await page.getByRole('button', { name: 'Next page' }).click();
    await page.getByText('61–120 of 144').waitFor();
    await page.getByLabel('Class', { exact: true }).selectOption('1');
    await page.getByText('1–48 of 48').waitFor();
    expect(await page.getByRole('img', { name: /^Image \d+, 1$/ }).count()).toBe(48);
    await page.getByLabel('Split', { exact: true }).selectOption('test');
    await page.getByText('1–6 of 6').waitFor();
    expect(await overflowOf(page)).toEqual([]);
  });

  test('pupils are simulated, and their answers are shown as windows of steps', async () => {
    const before = page.url();
    await page.getByRole('link', { name: 'Data sets', exact: true }).click();
    await page.getByRole('button', { name: 'Simulate pupils' }).click();
    const dialog = page.getByRole('dialog', { name: 'Simulate pupils' });
    await dialog.getByRole('button', { name: 'Simulate', exact: true }).click();
    await dialog.getByText(/^begin with a letter or digit/i).waitFor();
    await dialog.getByLabel('Name', { exact: true }).fill('class-3');
    await dialog.getByLabel('Pupils').fill('20');
    await dialog.getByRole('button', { name: 'Simulate', exact: true }).click();
    await page.getByRole('heading', { name: 'class-3' }).waitFor({ timeout: WAIT });
    await page.getByText(/1–60 of 686/).waitFor({ timeout: WAIT });
    expect(await overflowOf(page)).toEqual([]);
    await page.goto(before);
  });

  test('a teacher learns from it, and shows what it can', { timeout: 2 * SLOW }, async () => {
    await page.getByRole('button', { name: 'Train a teacher on it' }).click();
    const dialog = page.getByRole('dialog', { name: 'Train a teacher' });
    expect(await dialog.getByLabel('Data set').inputValue()).toBe('digits');
    await dialog.getByRole('button', { name: 'Train', exact: true }).click();
    await dialog.getByText(/^begin with a letter or digit/i).waitFor();
    await dialog.getByLabel('Name', { exact: true }).fill('tiny');
    await dialog.getByLabel('Title', { exact: true }).fill('Tiny teacher');
    await dialog.getByLabel('Epochs').fill('2');
    await dialog.getByText(/parameters, .* MACs per image, 144 training images/).waitFor();
    await dialog.getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByRole('heading', { name: 'Teachers' }).waitFor();
    const row = page.getByRole('row', { name: /Tiny teacher/ });
    await row.getByRole('link', { name: 'Tiny teacher' }).click({ timeout: WAIT });
    await page.getByRole('img', { name: /^Validation accuracy by epoch\. .*Tiny teacher ends at/ }).waitFor();
    await page.getByRole('table', { name: 'Confusion matrix' }).waitFor({ timeout: WAIT });
    await page.getByRole('img', { name: /^Reliability diagram\. Expected calibration error/ }).waitFor();
    await page.getByRole('tab', { name: 'Layers' }).click();
    await page.getByRole('cell', { name: /^stem\b/ }).waitFor();
    expect(await overflowOf(page)).toEqual([]);
  });

  test('a search on it has that teacher, and one on it without a teacher learns from labels alone', async () => {
    await page.getByRole('link', { name: 'My digits' }).click();
    await page.getByRole('button', { name: 'Search on it' }).click();
    const teacher = page.getByLabel('Teacher', { exact: true });
    await expect.poll(() => teacher.inputValue()).toBe('tiny');
    await teacher.selectOption({ label: 'No teacher: labels alone' });
    expect(await page.getByLabel('Learn from').inputValue()).toBe('none');
    await teacher.selectOption({ label: 'None fits: train one' });
    const dialog = page.getByRole('dialog', { name: 'Train a teacher' });
    expect(await dialog.getByLabel('Data set').inputValue()).toBe('digits');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Start the search' }).click();
    await page.getByRole('alert').filter({ hasText: 'No teacher is chosen' }).waitFor();
    await teacher.selectOption({ label: 'Tiny teacher' });
    await page.getByText(/students fit/).waitFor();
    expect(await page.getByText('fashion-resnet').count()).toBe(0);
    await page.goBack();
  });

  test('what is used is not removed', async () => {
    await page.getByRole('heading', { name: 'My digits' }).waitFor();
    await page.getByRole('link', { name: 'Tiny teacher' }).waitFor();
    await expect.poll(() => page.getByRole('button', { name: 'Remove…' }).isDisabled()).toBe(true);
  });

  test('a training shows in the list of jobs after a reload, and stops from there', { timeout: SLOW }, async () => {
    await page.getByRole('link', { name: 'Teachers', exact: true }).click();
    await page.getByRole('button', { name: 'Train a teacher' }).click();
    const dialog = page.getByRole('dialog', { name: 'Train a teacher' });
    await dialog.getByLabel('Name', { exact: true }).fill('endless');
    await dialog.getByLabel('Data set').selectOption('digits');
    await dialog.getByLabel('Epochs').fill('500');
    await dialog.getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByText(/Epoch \d+: .* of the validation split right/).waitFor({ timeout: WAIT });
    await page.reload();
    await page.getByRole('button', { name: 'Jobs: 1 under way' }).click();
    await jobs().getByText('Training of the teacher endless').waitFor();
    await jobs().getByText(/left$/).waitFor({ timeout: WAIT });
    await jobs().getByRole('button', { name: 'Stop: Training of the teacher endless' }).click();
    await jobs().getByText('Stopped').waitFor({ timeout: WAIT });
    await jobs().getByRole('button', { name: 'Put away: Training of the teacher endless' }).click();
    await jobs().getByText('Training of the teacher endless').waitFor({ state: 'detached' });
    await jobs().getByRole('link', { name: 'Training of the teacher Tiny teacher' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByText(/stopped after \d+ of 500 epochs on My digits/).waitFor();
    expect(await page.getByRole('row', { name: /endless/ }).count()).toBe(0);
  });

  test('it goes on after its last epoch, and is forgotten when one says so', { timeout: SLOW }, async () => {
    const stopped = page.getByText(/stopped after \d+ of 500 epochs/);
    const done = Number(/\d+/.exec(await stopped.innerText())?.[0]);
    await page.getByRole('button', { name: 'Go on' }).click();
    const next = page.getByText(new RegExp(`Epoch (?!${done}:)\\d+:`));
    await next.waitFor({ timeout: WAIT });
    expect(Number(/\d+/.exec(await next.innerText())?.[0])).toBeGreaterThan(done);
    await page.getByRole('button', { name: 'Stop: Training of the teacher endless' }).click();
    await stopped.waitFor({ timeout: WAIT });
    await page.getByRole('button', { name: 'Discard…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Discard it' }).click();
    await stopped.waitFor({ state: 'detached' });
  });

  test('what nothing uses is removed', async () => {
    await page.getByRole('link', { name: 'Tiny teacher', exact: true }).click();
    await page.getByRole('button', { name: 'Remove…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('heading', { name: 'Teachers' }).waitFor();
    await expect.poll(() => page.getByRole('row', { name: /Tiny teacher/ }).count()).toBe(0);
  });
});
