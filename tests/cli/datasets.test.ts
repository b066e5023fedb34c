/** `datasets import` and `list`, as scripts use them. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { idxPair, repeated, writeFiles } from '../compute/support/sources.ts';
import { toneFiles } from '../compute/support/wav.ts';
import type { DatasetCard } from '../../src/core/records/dataset-card.ts';
import { makeBench } from './command-line.ts';
import type { Bench } from './command-line.ts';

let bench: Bench;
beforeEach(() => {
  bench = makeBench();
});
afterEach(() => bench.remove());

const source = (each: number): string => writeFiles(join(bench.folder, 'Digits'), idxPair('train', repeated(4, each)));

describe('datasets subset', () => {
  it('makes one of some classes, and says what there is of them', async () => {
    const args = ['fashion-mnist', '--classes', 'Bag,7', '--per-class', '10', '--name', 'few', '--json'];
    const { code, json } = await bench.trade('datasets', 'subset', ...args);
    expect(code).toBe(0);
    expect(json()).toEqual([
      {
        event: 'dataset.cut',
        dataset: expect.objectContaining({ name: 'few', classes: ['Sneaker', 'Bag'], splits: expect.anything() }),
      },
    ]);
    const { stdout } = await bench.trade('datasets', 'list');
    expect(stdout).toMatch(/^few +2 +28 x 28 x 1 +20 +10 +100 +/m);
  });

  it.each([
    [['--classes', '7-19'], 'has no class "19"'],
    [['--classes', '7'], 'one class alone'],
    [['--classes', '7-9', '--per-class', '7000'], '7000 training images of each class'],
  ])('refuses %j with code 2 and words', async (args, says) => {
    const { code, stderr } = await bench.trade('datasets', 'subset', 'fashion-mnist', ...args, '--name', 'few');
    expect([code, stderr]).toEqual([2, expect.stringContaining(says)]);
    expect(existsSync(join(bench.workspace, 'datasets/few'))).toBe(false);
  });
});

describe("pupils' answers", () => {
  const rows = (answer: (row: number) => string): string =>
    [
      'who,skill_id,correct,ms',
      ...Array.from({ length: 48 }, (_, row) => `${row % 12},${row % 5},${answer(row)},${row}`),
    ].join('\n');

  it('are imported from a table that is named itself, and its pupils are in one split each', async () => {
    const file = join(bench.folder, 'Class 3.csv');
    writeFileSync(
      file,
      rows((row) => String(row % 2)),
    );
    const args = ['--pupil', 'who', '--modality', 'ms', '--steps', '4', '--kind', 'sequence'];
    const { code, stdout } = await bench.trade('datasets', 'import', file, ...args);
    expect([code, stdout]).toEqual([
      0,
      'class-3: 30 training, 3 validation and 3 test answers of 4 x 1 x 3, 2 classes\n',
    ]);
    expect((await bench.trade('datasets', 'check', 'class-3')).stdout).toMatch(
      /None of its 12 groups is in two splits/,
    );
  });

  it('are refused with code 2, the file and the line, and leave nothing', async () => {
    const file = join(bench.folder, 'log.csv');
    writeFileSync(
      file,
      rows((row) => (row === 7 ? 'perhaps' : '1')),
    );
    const { code, stderr } = await bench.trade('datasets', 'import', file, '--pupil', 'who', '--kind', 'sequence');
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/log\.csv has a row .*: line 9 has the correctness "perhaps"/),
    ]);
    expect(existsSync(join(bench.workspace, 'datasets/log'))).toBe(false);
  });

  it('are simulated, the same of a seed, and refused where there are too few', async () => {
    const simulate = (name: string, ...args: readonly string[]) =>
      bench.trade('datasets', 'simulate', 'pupils', '--name', name, '--answers', '5', '--json', ...args);
    const made = [await simulate('one', '--pupils', '20'), await simulate('two', '--pupils', '20')];
    const print = ({ json }: (typeof made)[number]) =>
      (json().at(-1)?.['dataset'] as { fingerprint: string }).fingerprint; // of a made set
    const [first, second] = made.map(print);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(second).toBe(first);
    expect((await simulate('three', '--pupils', '3')).code).toBe(2);
  });
});

describe('datasets check', () => {
  it('tells that a set is sound, and of one that is not what is wrong', async () => {
    const tones = writeFiles(join(bench.folder, 'Tones'), toneFiles());
    expect((await bench.trade('datasets', 'import', tones, '--group', '^..')).code).toBe(0);
    const { code, stdout } = await bench.trade('datasets', 'check', 'tones');
    expect([code, stdout]).toEqual([0, 'tones is what its card says. None of its 5 groups is in two splits.\n']);
    const directory = join(bench.workspace, 'datasets/tones');
    // A stranger's: validation has the speaker of the test.
    const card = JSON.parse(readFileSync(join(directory, 'dataset.json'), 'utf8')) as DatasetCard; // was imported
    const { val, test, train } = card.splits;
    const torn = { ...card, splits: { train, test, val: { ...val, columns: test.columns } } };
    writeFileSync(join(directory, 'dataset.json'), JSON.stringify(torn));
    const wrong = await bench.trade('datasets', 'check', 'tones', '--json');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/its group "0\d" is in validation and test, so that the one would know the other/);
    expect((await bench.trade('datasets', 'check', 'nothing')).code).toBe(2);
  });
});

describe('datasets import', () => {
  it('describes the data set in its last line, tells its progress on stderr, and lists it', async () => {
    const args = ['--title', 'My digits', '--licence', 'CC0', '--val', '0.2', '--size', '16', '--json'];
    const { code, json, stderr } = await bench.trade('datasets', 'import', source(10), ...args);
    expect(code).toBe(0);
    expect(stderr).toContain('reading the files');
    expect(json()).toEqual([
      {
        event: 'dataset.imported',
        dataset: expect.objectContaining({
          ...{ name: 'digits', title: 'My digits', licence: 'CC0', shape: [16, 16, 1], classes: ['0', '1', '2', '3'] },
          splits: { train: 28, validation: 8, test: 4 },
          balance: { train: [7, 7, 7, 7], validation: [2, 2, 2, 2], test: [1, 1, 1, 1] },
        }),
      },
    ]);
    const { stdout } = await bench.trade('datasets', 'list');
    expect(stdout).toMatch(/^digits +4 +16 x 16 x 1 +28 +7 +8 +4 +CC0 +My digits$/m);
    expect(stdout).toMatch(/^fashion-mnist +10 +28 x 28 x 1 +10000 +- /m);
  });

  it('stops at Ctrl+C with code 130 and keeps nothing', async () => {
    const folder = source(3000);
    let sent = false;
    const args = ['datasets', 'import', folder, '--size', '16'];
    const { code, stderr } = await bench.tradeHeard(args, (said, child) => {
      if (sent || !said.includes('making the images square')) return;
      sent = child.kill('SIGINT');
    });
    expect([code, stderr]).toEqual([130, expect.stringContaining('nothing was kept')]);
    expect(readdirSync(join(bench.workspace, 'datasets'))).toEqual([]);
  });

  it.each([
    { args: ['nowhere'], says: 'cannot be read' },
    { args: ['.', '--name', 'Big Name'], says: 'name: begin with a letter or digit' },
    { args: ['.', '--size', '7'], says: 'Give a whole number from 8 to 224' },
    { args: ['.', '--val', '1'], says: 'Give a share between 0 and 1' },
  ])('refuses $args with code 2 and words', async ({ args, says }) => {
    const { code, stderr } = await bench.trade('datasets', 'import', ...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(says)]);
    expect(existsSync(join(bench.workspace, 'datasets/nowhere'))).toBe(false);
  });
});
