/** A folder of sound, a search without a teacher on it and an ONNX file of its best, by commands
 * with the real trainer: a step that takes pictures for squares ends one. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { writeFiles } from '../compute/support/sources.ts';
import { toneFiles } from '../compute/support/wav.ts';
import { realTrade } from './command-line.ts';

const MASKS = { timeMask: 6, bandMask: 4 };
const folder = mkdtempSync(join(tmpdir(), 'sound '));
const workspace = join(folder, 'workspace');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function last(...args: string[]): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { code, stderr, json } = await realTrade(...args, '--workspace', workspace, '--json');
  expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
  return json().at(-1);
}

it('goes from a folder to students, by speaker and without a teacher', async () => {
  const tones = writeFiles(join(folder, 'tones'), toneFiles(6));
  const cut = ['--group', '^(\\d\\d)', '--val', '0.2', '--test', '0.2', '--bands', '24', '--seconds', '0.25'];
  const made = await last('datasets', 'import', tones, ...cut);
  expect(made).toMatchObject({
    dataset: {
      ...{ name: 'tones', shape: [24, 23, 1], groups: 5, splits: { train: 36, validation: 12, test: 12 } },
      example: { kind: 'spectrogram', rate: 8000 },
    },
  });
  const config = join(folder, 'search.json');
  const search = {
    ...{ name: 'tones', dataset: 'tones', families: ['resnet', 'mobilenet-v3'], budget: { trials: 2 }, slots: 1 },
    ...{
      recipe: { epochs: 8, batchSize: 12, distillation: { loss: 'none' }, augmentation: MASKS },
      strategy: { id: 'random' },
    },
  };
  writeFileSync(config, JSON.stringify(search));
  const end = await last('search', config);
  expect(end).toMatchObject({ run: { state: 'finished', trials: 2, failed: 0 } });
  const { id } = (end?.['run'] ?? {}) as { readonly id?: string }; // as the line before says
  const file = join(folder, 'student.onnx');
  expect(await last('export', `${id}/1`, '--out', file)).toMatchObject({ file });
}, 280_000);

it('refuses what no recording can be made of in words', async () => {
  const bad = writeFiles(join(folder, 'bad'), { ...toneFiles(1), 'low/song.wav': 'ID3 and so on' });
  const { code, stderr } = await realTrade('datasets', 'import', bad, '--workspace', workspace);
  expect([code, stderr]).toEqual([2, expect.stringContaining('song.wav is broken: it is an MP3 file, whatever')]);
  const { code: second, stderr: words } = await realTrade('datasets', 'import', bad, '--hop', '1');
  expect([second, words]).toEqual([2, expect.stringContaining('Give a number from 5 to 50')]);
}, 60_000);
