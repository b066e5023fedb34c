/** A run on sound and one on sequences leave the workspace as one on images does: a student as a
 * file, and the run with its data set for another workspace, by the real trainer. */
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
    expect(await last(elsewhere, 'doctor')).toMatchObject({ ok: true, problems: [] });
    // Its data set came with it, so that a student can be tried there too.
    const file = join(folder, `${name} elsewhere.onnx`);
    expect(await last(elsewhere, 'export', `${run.id}/1`, '--format', 'onnx', '--out', file)).toMatchObject({ file });
  });
});
