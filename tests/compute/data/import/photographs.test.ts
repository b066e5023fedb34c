/** Photographs as cameras, scanners and spreadsheets leave them: every kind of file comes out as
 * what a person sees, lists and splits are kept, and broken files are left out when asked. */
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { pixelsIn } from '../../../../src/compute/data/dataset.ts';
import type { Dataset } from '../../../../src/compute/data/dataset.ts';
import { framed } from '../../../../src/compute/data/import/fit.ts';
import { parseCsv } from '../../../../src/compute/data/import/csv.ts';
import { splitWriter } from '../../../../src/compute/data/import/write-dataset.ts';
import type { SplitName } from '../../../../src/core/records/sources.ts';
import { importBench } from '../../support/import-bench.ts';
import { plainPng } from '../../support/sources.ts';
import type { Files } from '../../support/sources.ts';

const bench = importBench();
afterAll(() => bench.remove());

const flat = (red: number, green: number, blue: number, side = 16) =>
  sharp({ create: { width: side, height: side, channels: 3, background: { r: red, g: green, b: blue } } });
const countsOf = (dataset: Dataset) => (['train', 'val', 'test'] as const).map((name) => dataset.split(name).count);
/** The first pixel of each image, with its label. */
const firstPixels = (dataset: Dataset, name: SplitName): readonly (readonly number[])[] => {
  const split = dataset.split(name);
  return [...split.labels].map((label, image) => [
    label,
    ...pixelsIn(split, image, image + 1).subarray(0, dataset.card.shape[2]),
  ]);
};
const png = await plainPng([1, 2, 3]);
const six: Files = Object.fromEntries(['a', 'b'].flatMap((name) => [1, 2, 3].map((i) => [`${name}/${i}.png`, png])));

describe('kinds of files', () => {
  it('show a CMYK photograph, one of 16 bits, a WebP and an animation in the colours that people see', async () => {
    const cmyk = await flat(200, 40, 40).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
    const deep = await flat(200, 40, 40).toColourspace('rgb16').png().toBuffer();
    const frames = [flat(200, 40, 40), flat(0, 0, 255)].map((one) => one.png().toBuffer());
    const animated = await sharp(await Promise.all(frames), { join: { animated: true } })
      .gif()
      .toBuffer();
    const webp = await flat(200, 40, 40).webp({ lossless: true }).toBuffer();
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk');
    expect((await sharp(deep).metadata()).depth).toBe('ushort');
    const test = { 'test/a/1.jpg': cmyk, 'test/a/2.png': deep, 'test/a/3.gif': animated, 'test/a/4.webp': webp };
    const train = Object.fromEntries(Object.entries(six).map(([name, bytes]) => [`train/${name}`, bytes]));
    const dataset = await bench.run(bench.source({ ...train, ...test }), { side: 8 });
    const shown = firstPixels(dataset, 'test').map(([, ...colour]) => colour);
    expect(shown).toHaveLength(4);
    shown.forEach((colour, index) => {
      // The way through four inks and back costs some; palettes next to nothing.
      const slack = index === 0 ? 25 : 6;
      [200, 40, 40].forEach((value, channel) => expect(Math.abs((colour[channel] ?? 0) - value)).toBeLessThan(slack));
    });
    expect(dataset.card.warnings).toEqual(
      expect.arrayContaining([
        'Of 16 bits a channel, of which the upper 8 were taken: 1 image.',
        'Animated, of which the first frame was taken: 1 image.',
        "There are no validation images of their own: 10 % of each class' training images were cut (seed 1).",
      ]),
    );
  });

  it('show a gray photograph of 16 bits at its own brightness', async () => {
    const gray = await sharp(await plainPng([180]))
      .toColourspace('grey16')
      .png()
      .toBuffer();
    const files = Object.fromEntries(Object.keys(six).map((name) => [name, gray]));
    const dataset = await bench.run(bench.source(files), { side: 8 });
    expect(dataset.card.shape).toEqual([8, 8, 1]);
    for (const [, value = 0] of firstPixels(dataset, 'train')) expect(Math.abs(value - 180)).toBeLessThanOrEqual(1);
  });
});

describe('broken files', () => {
  const broken: Files = { ...six, 'a/4.png': png.subarray(0, 60), 'b/4.jpg': 'no image', 'b/5.png': png };

  it('are all named where the import is refused, and nothing is left', async () => {
    const source = bench.source(broken);
    await expect(bench.run(source, { side: 8 })).rejects.toThrow(
      expect.objectContaining({
        code: 'dataset.corrupt',
        message: expect.stringMatching(
          /2 files of .* are broken: .*4\.(png|jpg): .*; .*4\.(png|jpg): .*--skip-broken/s,
        ),
      }),
    );
    bench.clear();
  });

  it('are left out and listed where that is asked, and every other image is there once', async () => {
    const { card, split } = await bench.run(bench.source(broken), { side: 8, skipBroken: true });
    expect((['train', 'val', 'test'] as const).map((name) => split(name).count).reduce((sum, n) => sum + n)).toBe(7);
    const told = card.warnings?.join('\n') ?? '';
    expect(told).toContain('Left out, as broken: 2 files.');
    expect(told).toMatch(/a[/\\]4\.png: it cannot be read as an image/);
    expect(told).toMatch(/b[/\\]4\.jpg: it cannot be read as an image/);
    expect(card.splits.train.balance?.reduce((sum, n) => sum + n)).toBe(split('train').count);
  });
});

describe('CSV files', () => {
  const shades = async (names: readonly string[]): Promise<Files> =>
    Object.fromEntries(await Promise.all(names.map(async (name, i) => [name, await plainPng([10 * i, 0, 0])])));
  const names = Array.from({ length: 8 }, (_, index) => `images/photo ${index}.png`);

  it('keep label and split of each file, whatever the order of the columns and the separator', async () => {
    const splits = ['train', 'train', 'valid', 'test', 'training', 'train', 'validation', 'test'];
    const rows = names.map((name, i) => `${splits[i]};"${name}";${i < 4 ? 'cat, big' : '"dog ""Rex"""'};x`);
    const csv = `\uFEFFSplit;Filename;Label;note\r\n${rows.join('\r\n')}\r\n`;
    const dataset = await bench.run(bench.source({ ...(await shades(names)), 'list.csv': csv }), { side: 8 });
    expect(dataset.card.classes).toEqual(['cat, big', 'dog "Rex"']);
    expect(countsOf(dataset)).toEqual([4, 2, 2]);
    expect(firstPixels(dataset, 'test')).toEqual([
      [0, 30, 0, 0],
      [1, 70, 0, 0],
    ]);
    expect(firstPixels(dataset, 'train').toSorted(([, a = 0], [, b = 0]) => a - b)).toEqual([
      [0, 0, 0, 0],
      [0, 10, 0, 0],
      [1, 40, 0, 0],
      [1, 50, 0, 0],
    ]);
  });

  it('go without a header, may lie elsewhere, and order classes that are numbers by number', async () => {
    const folder = bench.source(await shades(names));
    const csv = join(
      bench.source({ 'list.csv': names.map((name, i) => `${name},${i < 4 ? 10 : 9}`).join('\n') }),
      'list.csv',
    );
    const dataset = await bench.run(folder, { side: 8, csv });
    expect(dataset.card.classes).toEqual(['9', '10']);
    expect(countsOf(dataset)).toEqual([4, 2, 2]);
    const all = (['train', 'val', 'test'] as const).flatMap((name) => firstPixels(dataset, name));
    expect(all.every(([label = 0, red = 0]) => (red < 40 ? label === 1 : label === 0))).toBe(true);
  });

  it('are parsed as RFC 4180 says', () => {
    const cells = (text: string) => parseCsv(text)?.map((row) => [row.line, ...row.cells]);
    expect(cells('a,"b\n,""c"""\n\n d ,\n')).toEqual([
      [1, 'a', 'b\n,"c"'],
      [4, 'd', ''],
    ]);
    expect(cells('a\tb\r\nc\td')).toEqual([
      [1, 'a', 'b'],
      [2, 'c', 'd'],
    ]);
    expect(cells('\uFEFFa;b\r\n"x\r\ny";"d "\r\n;\r\ne;f\r\n')).toEqual([
      [1, 'a', 'b'],
      [2, 'x\ny', 'd'],
      [5, 'e', 'f'],
    ]);
    for (const broken of ['a,"b"c', 'a,"b', 'a"b,c']) expect(cells(broken)).toBeUndefined();
  });
});

/** Pillow 13.0.0: `resize((8, 8), Image.BILINEAR)` of squares of 7 x 5 pixels, 40 x 20. */
const PILLOW = [
  [0, 153, 194, 20, 194, 153, 31, 220],
  [31, 147, 178, 46, 178, 147, 54, 198],
  [224, 108, 77, 209, 77, 108, 201, 57],
  [224, 108, 77, 209, 77, 108, 201, 57],
  [31, 147, 178, 46, 178, 147, 54, 198],
  [31, 147, 178, 46, 178, 147, 54, 198],
  [224, 108, 77, 209, 77, 108, 201, 57],
  [255, 102, 61, 235, 61, 102, 224, 35],
];

it('photographs are shrunk as Pillow and torchvision do, which a network from there was trained on', async () => {
  const pixels = Uint8Array.from({ length: 40 * 20 * 3 }, (_, byte) => {
    const [x, y] = [Math.floor(byte / 3) % 40, Math.floor(byte / 120)];
    return 255 * ((Math.floor(x / 7) + Math.floor(y / 5)) % 2);
  });
  const image = sharp(pixels, { raw: { width: 40, height: 20, channels: 3 } });
  const shown = await framed(image, { side: 8, channels: 3, fit: 'stretch' });
  const apart = PILLOW.flat().map((value, place) => Math.abs((shown[3 * place] ?? NaN) - value));
  // Of 255 levels at the hardest edges there are; Lanczos is 43 away.
  expect(Math.max(...apart)).toBeLessThanOrEqual(6);
});

describe('large images', () => {
  const photographs = async (): Promise<Files> => {
    const noise = (seed: number) =>
      sharp(
        Uint8Array.from({ length: 90 * 120 * 3 }, (_, i) => (i * i * 7 + seed * 97 * i) % 256),
        {
          raw: { width: 120, height: 90, channels: 3 },
        },
      )
        .jpeg()
        .toBuffer();
    const all = ['a', 'b'].flatMap((name, c) =>
      [0, 1, 2, 3].map((i) => [`${name}/${i}.jpg`, noise(4 * c + i)] as const),
    );
    return Object.fromEntries(await Promise.all(all.map(async ([name, made]) => [name, await made])));
  };

  it('lie on the disk as rows, each the very image that sharp makes of its file', async () => {
    const files = await photographs();
    const folder = bench.source(files);
    bench.clear();
    const dataset = await bench.run(folder, { side: 96, fit: 'crop' });
    expect(dataset.card.splits.train.images).toMatchObject({ form: 'rows', file: 'train-images.rows' });
    const wanted = await Promise.all(
      Object.values(files).map(async (bytes) => {
        const image = sharp(Buffer.from(bytes)).flatten({ background: '#000' });
        return (await image.resize(96, 96, { fit: 'cover', kernel: 'linear' }).raw().toBuffer()).toString('base64');
      }),
    );
    const found = (['train', 'val', 'test'] as const).flatMap((name) => {
      const split = dataset.split(name);
      return [...split.labels.keys()].map((i) => Buffer.from(pixelsIn(split, i, i + 1)).toString('base64'));
    });
    expect(found.toSorted()).toEqual(wanted.toSorted());
    // A file that is as long as the card says, byte for byte, and no more.
    const [made = ''] = bench.left();
    expect(bench.bytes(made, 'train-images.rows')).toBe(dataset.split('train').count * 96 * 96 * 3);
    dataset.close();
    bench.clear();
  });

  it('leave nothing where the import is stopped in the middle of them', async () => {
    const folder = bench.source(await photographs());
    let yields = 0;
    const stop = async (): Promise<void> => {
      if ((yields += 1) > 14) throw new Error('stopped');
    };
    await expect(bench.run(folder, { side: 96 }, stop)).rejects.toThrow('stopped');
    expect(bench.left()).toEqual([]);
  });

  it('say that the disk is full', () => {
    const directory = join(bench.source({}), 'made');
    const full = () => {
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    };
    const place = { name: 'train', most: 2, shape: [96, 96, 3] } as const;
    const writer = splitWriter('rows', directory, place, () => undefined, full);
    expect(() => writer.add(new Uint8Array(96 * 96 * 3), 0)).toThrow(
      expect.objectContaining({ code: 'disk.full', place: { file: join(directory, 'train-images.rows') } }),
    );
    writer.close();
    // What is closed twice, or never, would be somebody else's file.
    expect(() => writer.close()).not.toThrow();
  });
});
