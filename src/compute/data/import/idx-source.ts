/**
 * Pairs of IDX files, as MNIST and its kin come: `train-images-idx3-ubyte.gz` beside
 * `train-labels-idx1-ubyte.gz`, gzipped or plain. The split is in the name (`t10k` or `test`,
 * `val`, else training); `classes.txt`, if there, has a name a line.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SplitName } from '../../../core/records/sources.ts';
import { corrupt, MAX_BYTES } from '../idx.ts';
import { openForeignIdx } from './foreign-idx.ts';
import type { ForeignIdx } from './foreign-idx.ts';
import { mapParts, readClassNames, uniformImages, unusable } from './source.ts';
import type { Parts, Source, SourceRequest, UniformImages } from './source.ts';

interface Pair {
  readonly images: string;
  readonly labels: string;
}

const IMAGE_FILE = /images.*(idx[34]|ubyte)/i;
const CLASS_FILE = 'classes.txt';

export function isIdxFolder(names: readonly string[]): boolean {
  return names.some((name) => IMAGE_FILE.test(name));
}

export async function readIdxSource({ path, yieldToEvents, report }: SourceRequest): Promise<Source> {
  const names = readdirSync(path);
  const pairs = pairsOf(path, names);
  const total = Object.keys(pairs).length;
  let done = 0;
  let room = MAX_BYTES;
  const open = async (file: string, ranks: readonly number[]): Promise<ForeignIdx> => {
    const found = await openForeignIdx(file, { ranks, room, yieldToEvents });
    room -= found.held;
    return found;
  };
  const parts = await mapParts(pairs, async (pair) => {
    await yieldToEvents();
    const part = readPair(pair, await open(pair.images, [3, 4]), await open(pair.labels, [1]));
    report((done += 1), total);
    return part;
  });
  const named = names.includes(CLASS_FILE) ? readClassNames(join(path, CLASS_FILE)) : undefined;
  const classes = named ?? numberedClasses(pairs.train.labels, parts.train.labels);
  for (const [name, { labels }] of Object.entries(parts)) {
    const stray = labels.findIndex((label) => label >= classes.length);
    if (stray < 0) continue;
    // Sound: `parts` has the keys of `pairs`.
    const file = (pairs as Readonly<Record<string, Pair>>)[name]?.labels ?? path;
    const known = named
      ? `${CLASS_FILE} names ${classes.length} classes`
      : `training labels go to ${classes.length - 1}`;
    throw corrupt(file, `image ${stray + 1} has the label ${labels[stray]}, and ${known}`);
  }
  return { classes, parts: await mapParts(parts, async (part) => uniformImages(part)), warnings: [] };
}

function pairsOf(path: string, names: readonly string[]): Parts<Pair> {
  const found = new Map<SplitName, Pair>();
  for (const name of names.filter((one) => IMAGE_FILE.test(one)).sort()) {
    const split = splitOf(name);
    const known = found.get(split);
    if (known !== undefined) {
      throw unusable(
        path,
        `${known.images} and ${name} are both images for ${split}; put one set into a folder of its own`,
      );
    }
    const wanted = plain(name)
      .replace(/images/i, (word) => (word === 'Images' ? 'Labels' : 'labels'))
      .replace(/idx[34]/i, 'idx1');
    const labels = names.find((one) => plain(one) === wanted);
    if (labels === undefined)
      throw unusable(join(path, name), `its labels, ${wanted} or ${wanted}.gz, are not beside it`);
    found.set(split, { images: join(path, name), labels: join(path, labels) });
  }
  const [train, val, test] = [found.get('train'), found.get('val'), found.get('test')];
  if (train === undefined)
    throw unusable(path, 'it has no training images (train-images-idx3-ubyte, gzipped or plain)');
  return { train, ...(val && { val }), ...(test && { test }) };
}

function splitOf(name: string): SplitName {
  if (/t10k|test/i.test(name)) return 'test';
  return /val/i.test(name) ? 'val' : 'train';
}

const plain = (name: string): string => name.replace(/\.gz$/i, '');

function readPair({ images, labels }: Pair, { shape, read }: ForeignIdx, classes: ForeignIdx): UniformImages {
  const [count = 0, height = 0, width = 0, channels = 1] = shape;
  if (channels !== 1 && channels !== 3) throw corrupt(images, `its images have ${channels} channels, not 1 or 3`);
  const [known = 0] = classes.shape;
  if (known !== count) throw corrupt(labels, `it has ${known} labels for ${count} images`);
  return { height, width, channels, read, labels: classes.read(0, count) };
}

/** The format has no names. A label that is skipped may be a wrong one further up. */
function numberedClasses(file: string, labels: Uint8Array): readonly string[] {
  const seen = new Set(labels);
  const classes = Array.from({ length: Math.max(...seen) + 1 }, (_, label) => String(label));
  const missing = classes.filter((_, label) => !seen.has(label));
  if (missing.length === 0) return classes;
  const which = missing.length > 4 ? `${missing.length} of the labels` : `label ${missing.join(', ')}`;
  const finding =
    `labels go to ${classes.length - 1}, but no image has ${which}; where that is right, name the ` +
    `classes in ${CLASS_FILE}`;
  throw corrupt(file, finding);
}
