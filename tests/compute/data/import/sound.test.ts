/** Folders of sound become spectrograms, by speaker, and what is wrong with files is told. */
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { pixelsIn } from '../../../../src/compute/data/dataset.ts';
import type { Dataset } from '../../../../src/compute/data/dataset.ts';
import { dealGroups } from '../../../../src/compute/data/import/groups.ts';
import { testing } from '../../../../src/compute/data/sound/log-mel.ts';
import { SPLITS } from '../../../../src/core/records/sources.ts';
import { importBench } from '../../support/import-bench.ts';
import { pcm16, tone, toneFiles, wavOf } from '../../support/wav.ts';

const { bandEdges } = testing;

const bench = importBench();
afterAll(() => bench.remove());

const SHARES = { val: 0.2, test: 0.2 };
/** Sorted names of the groups of each split. */
const groupsOf = (dataset: Dataset): readonly (readonly string[])[] =>
  SPLITS.map((name) =>
    [...new Set(dataset.columns(name).group)].map((place) => dataset.card.groups?.[place] ?? '').sort(),
  );

describe('a folder of WAV files for each class', () => {
  it('becomes spectrograms in which the class is heard, with its sound beside', async () => {
    const dataset = await bench.run(bench.source(toneFiles()), { shares: SHARES });
    const { card } = dataset;
    expect(card).toMatchObject({
      ...{ shape: [40, 28, 1], classes: ['high', 'low'] },
      example: { kind: 'spectrogram', rate: 8000, window: 200, hop: 80, lowest: 20, highest: 4000, floor: 80 },
    });
    expect(card.import).toMatchObject({ kind: 'sound', scale: 'mel (HTK)' });
    const edges = bandEdges({ ...card.example, rate: 8000 } as Parameters<typeof bandEdges>[0], 40);
    const bandOf = (hertz: number): number => edges.findIndex((edge) => edge > hertz) - 1;
    const split = dataset.split('train');
    for (const [index, label] of split.labels.entries()) {
      const picture = pixelsIn(split, index, index + 1);
      const loudness = Array.from({ length: 40 }, (_, band) => picture[28 * band + 14] ?? 0);
      const band = loudness.indexOf(Math.max(...loudness));
      expect(Math.abs(band - bandOf(card.classes[label] === 'low' ? 430 : 1720))).toBeLessThan(3);
    }
    expect(card.splits.train.recordings).toMatchObject({ samples: 2400, bytes: 2 * 2400 * split.count });
    const sound = Buffer.from(dataset.recording('train', 0) ?? []);
    expect(sound.length).toBe(4800);
    const loudest = Math.max(...Array.from({ length: 2400 }, (_, t) => sound.readInt16LE(2 * t)));
    expect(loudest).toBeCloseTo(16_384, -2);
  });

  it('is split by the group that a pattern finds, and no group is torn', async () => {
    const folder = bench.source(toneFiles());
    const dataset = await bench.run(folder, { shares: SHARES, group: '^(\\d\\d)' });
    const groups = groupsOf(dataset);
    expect(groups.flat().sort()).toEqual(['01', '02', '03', '04', '05']);
    expect(groups.map(({ length }) => length)).toEqual([3, 1, 1]);
    expect(dataset.card.groups).toEqual(['01', '02', '03', '04', '05']);
    expect(dataset.card.warnings?.join()).toContain('Splits were cut by group, of which there are 5');
    const again = await bench.run(folder, { shares: SHARES, group: '^(\\d\\d)', seed: 5 });
    expect(again.card.import).toMatchObject({ group: '^(\\d\\d)' });
    // With a slash a pattern looks at the place in the folder.
    await expect(bench.run(folder, { group: '^([^/]+)/' })).rejects.toThrow('it has 2 groups');
  });

  it('is told by its files where folders of classes are links', async () => {
    const folder = bench.source({ 'classes/notes.txt': 'links' });
    const sound = bench.source(toneFiles());
    for (const name of ['low', 'high']) symlinkSync(join(sound, name), join(folder, 'classes', name));
    const { card } = await bench.run(join(folder, 'classes'));
    expect(card).toMatchObject({ classes: ['high', 'low'], example: { kind: 'spectrogram' } });
  });

  it('is the same with the same seed, byte for byte', async () => {
    const folder = bench.source(toneFiles());
    const [one, two] = [await bench.run(folder, { group: '^..' }), await bench.run(folder, { group: '^..' })];
    expect(one.card.splits).toEqual(two.card.splits);
    expect(one.card.fingerprint).toBe(two.card.fingerprint);
  });

  it('of several rates, channels and lengths is made alike, and says so', async () => {
    const files = {
      ...toneFiles(2, { seconds: 0.5 }),
      'low/fast.wav': wavOf(pcm16(tone(430, 44_100, 22_050)), { rate: 44_100 }),
      'low/both.wav': wavOf(pcm16(tone(430, 16_000, 8000).flatMap((value) => [value, value])), {
        rate: 16_000,
        channels: 2,
      }),
      'high/short.wav': wavOf(pcm16(tone(1700, 8000, 800))),
      'high/loud.wav': wavOf(pcm16(tone(1700, 8000, 4000, 4).map((value) => Math.max(-1, Math.min(1, value))))),
      'high/still.wav': wavOf(pcm16(new Array<number>(4000).fill(0))),
      'high/notes.txt': 'what was said',
    };
    const { card } = await bench.run(bench.source(files), { sound: { seconds: 0.4 } });
    const said = card.warnings?.join('\n') ?? '';
    expect(card.shape).toEqual([40, 38, 1]);
    for (const words of [
      'Left out, as no recording: 1 file.',
      'Resampled to 8000 Hz: 2 recordings of 16000, 44100 Hz.',
      'Of several channels, of which the mean was taken: 1 recording.',
      'Longer than 0.4 s, cut there: 24 recordings.',
      'Shorter than 0.4 s, with silence after it: 1 recording.',
      'Clipped, as loud as the file can hold: high/loud.wav.',
      'Silent for the whole of an example: high/still.wav.',
    ]) {
      expect(said).toContain(words);
    }
  });

  it('has all windows of a long recording in one split', async () => {
    const dataset = await bench.run(bench.source(toneFiles(2, { seconds: 1 })), {
      ...{ shares: SHARES, sound: { seconds: 0.25, long: 'windows' as const, recordings: false } },
    });
    expect(SPLITS.reduce((sum, name) => sum + dataset.split(name).count, 0)).toBe(80);
    expect(new Set(groupsOf(dataset).flat()).size).toBe(20);
    expect(groupsOf(dataset).flat().length).toBe(20);
    expect(dataset.recording('train', 0)).toBeUndefined();
  });

  it('tells all broken files at once, and leaves them out where that is wished', async () => {
    const files = { ...toneFiles(), 'low/a.wav': 'ID3 and so on', 'high/b.wav': wavOf(pcm16([0]), { rate: 0 }) };
    const folder = bench.source(files);
    await expect(bench.run(folder)).rejects.toThrow(
      /2 files of .* high\/b.wav: its header says 0 Hz.*low\/a.wav: it is an MP3/,
    );
    const { card } = await bench.run(folder, { skipBroken: true });
    expect(card.warnings).toContain('Left out, as broken: 2 files.');
  });

  it('is refused in words where nothing can be made of it', async () => {
    const folder = bench.source(toneFiles());
    await expect(bench.run(folder, { group: '(' })).rejects.toThrow('( is no pattern');
    await expect(bench.run(folder, { group: '^x' })).rejects.toThrow('^x finds nothing in');
    await expect(bench.run(folder, { sound: { seconds: 0.1, hop: 20 } })).rejects.toThrow('8 are the least');
  });
});

describe('WAV files in a table', () => {
  const files = Object.fromEntries(Object.entries(toneFiles()).map(([name, bytes]) => [name.replace('/', '-'), bytes]));
  const table = (header: string, row: (name: string) => string): string =>
    [header, ...Object.keys(files).map((name) => `${name},${name.slice(0, name.indexOf('-'))},${row(name)}`)].join(
      '\n',
    );
  const speakerOf = (name: string): string => /-0(\d)/.exec(name)?.[1] ?? '';

  it('are split by its group column', async () => {
    const labels = table('file,label,group', (name) => `speaker ${speakerOf(name)}`);
    const dataset = await bench.run(bench.source({ ...files, 'labels.csv': labels }), { shares: SHARES });
    expect(groupsOf(dataset).flat().sort()).toEqual([1, 2, 3, 4, 5].map((one) => `speaker ${one}`));
  });

  it('keep splits of their own, and are refused where these tear a group', async () => {
    const own = table(
      'file,label,group,split',
      (name) => `${speakerOf(name)},${speakerOf(name) === '5' ? 'test' : 'train'}`,
    );
    const dataset = await bench.run(bench.source({ ...files, 'labels.csv': own }), { shares: SHARES });
    expect(groupsOf(dataset)[2]).toEqual(['5']);
    const torn = table(
      'file,label,group,split',
      (name) => `${speakerOf(name)},${name.includes('-1.wav') ? 'test' : 'train'}`,
    );
    await expect(bench.run(bench.source({ ...files, 'labels.csv': torn }))).rejects.toThrow(
      'the group "1" is in train and in test, so that the one would know the other; put all of a group into one split',
    );
    const lacking = table('file,label,group', (name) => (speakerOf(name) === '3' ? '' : speakerOf(name)));
    await expect(bench.run(bench.source({ ...files, 'labels.csv': lacking }))).rejects.toThrow(
      /line \d+ lacks its group/,
    );
  });
});

it('groups of as many examples as a large set has are dealt', () => {
  // Arguments of a call are no place for so many labels.
  const labels = Uint8Array.from({ length: 200_000 }, (_, index) => index % 3);
  const groups = Int32Array.from(labels, (_, index) => Math.floor(index / 20_000));
  const splits = dealGroups('here', labels, groups, { val: 0.1, test: 0.2 }, 1);
  const count = (name: string): number => splits.filter((split) => split === name).length;
  expect([count('val'), count('test'), count('train')]).toEqual([20_000, 40_000, 140_000]);
});
