/** A run on sound and one on sequences leave the workspace as one on images does: a student as a
 * file, which comes back as a teacher, and the run with its data set for another workspace, by the
 * real trainer. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeFiles } from '../compute/support/sources.ts';
import { toneFiles } from '../compute/support/wav.ts';
import { realTrade } from './command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'kinds '));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const KINDS = [
  {
    ...{ name: 'tones', families: ['resnet'] },
    make: () => [
      ...['datasets', 'import', writeFiles(join(folder, 'tones'), toneFiles(8)), '--group', '^(\\d\\d)'],
      ...['--val', '0.2', '--test', '0.2', '--bands', '24', '--seconds', '0.25'],
    ],
  },
  {
    ...{ name: 'pupils', families: ['gru'] },
    make: () => ['datasets', 'simulate', 'pupils', '--name', 'pupils', '--pupils', '20'],
  },
] as const;

describe.each(KINDS)('a run on $name', ({ name, families, make }) => {
  const [here, elsewhere] = [join(folder, `${name} here`), join(folder, `${name} elsewhere`)];

  async function last(workspace: string, ...args: string[]): Promise<Readonly<Record<string, unknown>>> {
    const { code, stderr, json } = await realTrade(...args, '--workspace', workspace, '--json');
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
    return json().at(-1) ?? {};
  }

  it('is exported, packed, and the same in another workspace', { timeout: 280_000 }, async () => {
    await last(here, ...make());
    const config = join(folder, `${name}.json`);
    const recipe = { epochs: 2, batchSize: 16, distillation: { loss: 'none' } };
    const search = { name, dataset: name, families, budget: { trials: 2 }, slots: 1, seed: 3, recipe };
    writeFileSync(config, JSON.stringify(search));
    const { run } = (await last(here, 'search', config)) as { readonly run: { readonly id: string } }; // as it prints
    for (const format of ['onnx', 'json']) {
      const file = join(folder, `${name}.${format}`);
      const { maxAbsDiff } = await last(here, 'export', `${run.id}/1`, '--format', format, '--out', file);
      expect(maxAbsDiff).toBeLessThan(1e-3);
    }
    const pack = join(folder, `${name}.trade`);
    await last(here, 'export-workspace', '--out', pack);
    await last(elsewhere, 'import-runs', pack);
    const [before, after] = [await last(here, 'show', run.id), await last(elsewhere, 'show', run.id)];
    expect(after).toEqual(before);
    // What it says from its file is what it said in the run, whichever way its kind is shown to it.
    const network = ['teachers', 'import', join(folder, `${name}.onnx`), '--dataset', name, '--name', 'outside'];
    const shown = before as { readonly run: { readonly trials: readonly { readonly accuracy: number }[] } };
    expect(await last(elsewhere, ...network)).toMatchObject({
      teacher: { kind: 'onnx', accuracy: shown.run.trials[0]?.accuracy },
    });
    expect(await last(elsewhere, 'doctor')).toMatchObject({ ok: true, problems: [] });
    // Its data set came with it, so that a student can be tried there too.
    const file = join(folder, `${name} elsewhere.onnx`);
    expect(await last(elsewhere, 'export', `${run.id}/1`, '--format', 'onnx', '--out', file)).toMatchObject({ file });
  });
});

it('a network over steps is refused in words where pixels are meant, or windows of another length', async () => {
  const [file, workspace] = [join(folder, 'pupils.onnx'), join(folder, 'pupils here')];
  const refused = async (...args: string[]): Promise<string> => {
    const { code, stderr } = await realTrade(
      'teachers',
      'import',
      file,
      '--name',
      'x',
      ...args,
      '--workspace',
      workspace,
    );
    expect(code).toBe(2);
    return stderr;
  };
  expect(await refused('--dataset', 'pupils', '--mean', 'dataset')).toContain('mean: answers have no pixels.');
  await realTrade('datasets', 'simulate', 'pupils', '--name', 'longer', '--steps', '40', '--workspace', workspace);
  expect(await refused('--dataset', 'longer')).toMatch(/cannot be shown 40 x 1 x \d examples: its windows of steps/);
});
