/** Makes a data set of somebody's files: reads and checks them, cuts the splits, makes their images
 * square one by one, writes a folder. */
import { createHash } from 'node:crypto';
import { readdirSync, rmSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { sizeOf } from '../../../core/arch/ops.ts';
import { chosenColumns } from '../../../core/columns.ts';
import { messageOf, WorkbenchError } from '../../../core/errors.ts';
import { SPLITS } from '../../../core/records/sources.ts';
import type { SplitName } from '../../../core/records/sources.ts';
import type { YieldToEvents } from '../../training/evaluate.ts';
import type { ImportKind, ImportOptions, ImportTask } from '../../tasks/import/task.ts';
import { CIFAR10, CIFAR100, CIFAR100_COARSE, isCifarFolder, readCifarSource } from './cifar-source.ts';
import { isCsvFolder, readCsvSource } from './csv-source.ts';
import { duplicateWarnings } from './duplicates.ts';
import { createFaults } from './faults.ts';
import type { Faults } from './faults.ts';
import { inParallel } from './fit.ts';
import { isClassFolder, readFolderSource } from './folder-source.ts';
import { isIdxFolder, readIdxSource } from './idx-source.ts';
import { BrokenImage } from './image-files.ts';
import { partition } from './partition.ts';
import { unusable } from './source.ts';
import type { Source, SourceImages, SourceRequest } from './source.ts';
import { readSubsetSource, validationPerClass } from './subset-source.ts';
import { splitWriter, writeDataset } from './write-dataset.ts';
import type { ImageForm, WrittenSplit } from './write-dataset.ts';

const SIDES = { least: 8, most: 224 } as const;
/** Of files of images, where nothing is said. */
const DEFAULT_SIDE = 32;
/** Up to this side and so many bytes of pixels a set is kept as gzipped IDX files, and trained on
 * from memory; anything else is kept as rows. */
const HELD = { side: 64, bytes: 192 * 2 ** 20 } as const;
/** Images that are decoded, and then written, at a time. */
const BLOCK_BYTES = 32 * 2 ** 20;
const MOST_A_BLOCK = 1024;
/** Besides the pixels. */
const SPARE_BYTES = 64 * 2 ** 20;

/** `stage`: words for the person. */
export type ImportReport = (stage: string) => (done: number, total: number) => void;

const READERS: Readonly<Record<ImportKind, (request: SourceRequest) => Promise<Source>>> = {
  idx: readIdxSource,
  cifar10: (request) => readCifarSource(CIFAR10, request),
  cifar100: (request) => readCifarSource(request.options.coarse ? CIFAR100_COARSE : CIFAR100, request),
  folder: readFolderSource,
  csv: readCsvSource,
  subset: readSubsetSource,
};

/**
 * Writes the folder `directory`. Throws `dataset.*`, `disk.full` and what `yieldToEvents` throws to
 * give up, and leaves nothing behind then.
 */
export async function importDataset(
  input: ImportTask['input'],
  directory: string,
  yieldToEvents: YieldToEvents,
  stage: ImportReport,
): Promise<void> {
  const { path, options } = input;
  const kind = options.kind ?? (options.csv === undefined ? kindOf(path) : 'csv');
  const faults = createFaults(path, options.skipBroken ?? false);
  const source = await READERS[kind]({ path, options, faults, yieldToEvents, report: stage('reading the files') });
  const plan = planned(path, source, options, faults);
  try {
    const splits = await writeImages(directory, plan, { faults, yieldToEvents, stage });
    faults.assertNone();
    for (const name of SPLITS) {
      if (splits.written[name].labels.length > 0) continue;
      throw unusable(path, `no ${name} image of it can be read`);
    }
    const facts = {
      ...{ id: input.name, title: input.title, licence: input.licence ?? 'unknown' },
      ...{ source: input.source, date: input.date },
      fingerprint: splits.fingerprint,
      import: importOf(kind, options, plan.shares),
      warnings: [
        ...source.warnings,
        ...faults.warnings(),
        ...cutWords(plan.shares, options),
        ...emptyClasses(source.classes, splits.written.train.labels),
        // Windows of few steps are alike by chance.
        ...(source.example?.kind === 'sequence' ? [] : duplicateWarnings(hashesOf(splits.written))),
      ],
      ...(source.example && { example: source.example }),
      ...(source.groups && { groups: source.groups }),
      shape: plan.shape,
      classes: source.classes,
    };
    const report = stage('writing the data set');
    let files = 0;
    await writeDataset(directory, facts, splits.written, async () => {
      report((files += 1), 2 * SPLITS.length);
      await yieldToEvents();
    });
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

/** What the files are, by their names. Throws `dataset.unusable` where they are nothing that is
 * known. */
function kindOf(path: string): ImportKind {
  const names = namesIn(path);
  if (isCifarFolder(CIFAR10, names)) return 'cifar10';
  if (isCifarFolder(CIFAR100, names)) return 'cifar100';
  if (isIdxFolder(names)) return 'idx';
  if (isCsvFolder(path, names)) return 'csv';
  if (isClassFolder(path)) return 'folder';
  const known =
    'IDX files (train-images-idx3-ubyte), CIFAR batches (data_batch_1.bin, train.bin), a folder for each class or ' +
    'one CSV file of file and label';
  throw unusable(path, `it has no ${known}; give the folder that has them`);
}

function namesIn(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    const reason = messageOf(error);
    const message = `${path} cannot be read: ${reason}. Give a folder.`;
    throw new WorkbenchError('dataset.missing', message, { file: path }, { cause: error });
  }
}

/** What is wrong with the set may be for the files that are broken: those are told first. */
function planned(path: string, source: Source, options: ImportOptions, faults: Faults): Plan {
  try {
    checkSource(path, source);
    return planOf(path, source, options);
  } catch (error) {
    faults.assertNone();
    throw error;
  }
}

function checkSource(path: string, { classes, parts }: Source): void {
  for (const [name, { labels }] of Object.entries(parts)) {
    if (labels.length === 0) throw unusable(path, `it has no ${name} images`);
  }
  const seen = new Set(parts.train.labels);
  if (seen.size >= 2) return;
  const only = classes[parts.train.labels[0] ?? 0] ?? '';
  throw unusable(path, `all training images are of one class, "${only}"; at least 2 are needed`);
}

function emptyClasses(classes: readonly string[], labels: Uint8Array): readonly string[] {
  const seen = new Set(labels);
  const empty = classes.filter((_, label) => !seen.has(label));
  return empty.length === 0 ? [] : [`No training images: ${empty.join(', ')}.`];
}

type Shares = Partial<ImportOptions['shares']>;

interface Plan {
  readonly shape: readonly [number, number, number];
  readonly fit: ImportOptions['fit'];
  readonly form: ImageForm;
  /** Of the splits that are cut from the training images. */
  readonly shares: Shares;
  readonly splits: Readonly<Record<SplitName, { readonly images: SourceImages; readonly order: Uint32Array }>>;
}

/** All images in one square size and with as many channels; the source's own splits, and those it
 * lacks cut from its training images. */
function planOf(path: string, source: Source, options: ImportOptions): Plan {
  const { classes, parts, example } = source;
  const shape = shapeOf(path, source, options);
  const { shares: wanted, seed } = options;
  const shares = { ...(!parts.val && { val: wanted.val }), ...(!parts.test && { test: wanted.test }) };
  const orders = partition(path, parts.train.labels, classes, shares, seed);
  const split = (name: SplitName) => {
    const images = name === 'train' ? undefined : parts[name];
    return images
      ? { images, order: Uint32Array.from(images.labels.keys()) }
      : { images: parts.train, order: orders[name] ?? new Uint32Array() };
  };
  const splits = { train: split('train'), val: split('val'), test: split('test') };
  const isLarge = Math.max(shape[0], shape[1]) > HELD.side || bytesOf({ splits, shape }) > HELD.bytes;
  const form = isLarge && example?.kind !== 'sequence' ? 'rows' : 'idx';
  return { shape, fit: options.fit, form, shares, splits };
}

/** Square images of one size and so many channels; what is no image keeps the size that it has. */
function shapeOf(path: string, { parts, example }: Source, options: ImportOptions): Plan['shape'] {
  const { size, channels } = parts.train;
  if (example !== undefined && size !== undefined) return [size.height, size.width, channels];
  const own = size === undefined ? DEFAULT_SIDE : Math.max(size.height, size.width);
  const side = options.side ?? own;
  const { least, most } = SIDES;
  if (side < least || side > most) {
    const now = size === undefined ? '' : `its images are ${size.height} x ${size.width}; `;
    throw unusable(path, `${now}choose a size from ${least} to ${most}`);
  }
  return [side, side, options.gray ? 1 : Math.max(...Object.values(parts).map((part) => part.channels))];
}

const bytesOf = ({ splits, shape }: Pick<Plan, 'splits' | 'shape'>): number =>
  SPLITS.reduce((sum, name) => sum + splits[name].order.length, 0) * sizeOf(shape);

interface ImageTools {
  readonly faults: Faults;
  readonly yieldToEvents: YieldToEvents;
  readonly stage: ImportReport;
}

/** Decodes each image once, block by block, and hands it to its split. `fingerprint`: of the pixels
 * and labels of train, val and test, in this order. */
async function writeImages(
  directory: string,
  plan: Plan,
  { faults, yieldToEvents, stage }: ImageTools,
): Promise<{ readonly written: Readonly<Record<SplitName, WrittenSplit>>; readonly fingerprint: string }> {
  const { shape, form, splits } = plan;
  if (form === 'rows') assertRoom(directory, bytesOf(plan));
  const [side, , channels] = shape;
  const frame = { side, channels, fit: plan.fit };
  const report = stage('making the images square');
  const total = bytesOf(plan) / sizeOf(shape);
  const block = Math.max(1, Math.min(MOST_A_BLOCK, Math.floor(BLOCK_BYTES / sizeOf(shape))));
  const fingerprint = createHash('sha256');
  let done = 0;
  const writeSplit = async (name: SplitName): Promise<WrittenSplit> => {
    const { images, order } = splits[name];
    const place = { name, most: order.length, shape };
    const writer = splitWriter(form, directory, place, (pixels) => fingerprint.update(pixels));
    const kept: number[] = [];
    try {
      for (let start = 0; start < order.length; start += block) {
        const chosen = order.subarray(start, start + block);
        const decoded = new Array<Uint8Array | undefined>(chosen.length).fill(undefined);
        await inParallel(chosen.length, yieldToEvents, async (index) => {
          decoded[index] = await readOrNote(images, chosen[index] ?? 0, frame, faults);
          report((done += 1), total);
        });
        decoded.forEach((pixels, index) => {
          if (pixels === undefined) return;
          const image = chosen[index] ?? 0;
          kept.push(image);
          writer.add(pixels, images.labels[image] ?? 0);
        });
      }
      const written = writer.end();
      fingerprint.update(written.labels);
      return { ...written, ...(images.columns && { columns: chosenColumns(images.columns, kept) }) };
    } finally {
      writer.close();
    }
  };
  const written = { train: await writeSplit('train'), val: await writeSplit('val'), test: await writeSplit('test') };
  return { written, fingerprint: fingerprint.digest('hex') };
}

async function readOrNote(
  images: SourceImages,
  image: number,
  frame: Parameters<SourceImages['read']>[1],
  faults: Faults,
): Promise<Uint8Array | undefined> {
  try {
    return await images.read(image, frame);
  } catch (error) {
    if (!(error instanceof BrokenImage)) throw error;
    faults.note(error.file, error.finding);
    return undefined;
  }
}

/** Throws `disk.full` before anything is decoded. */
function assertRoom(directory: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(dirname(directory));
  const free = bavail * bsize;
  if (bytes + SPARE_BYTES <= free) return;
  const gigabytes = (count: number): string => `${(count / 1e9).toFixed(1)} GB`;
  const message =
    `The data set takes ${gigabytes(bytes)} at this size, and the workspace's disk has room for ` +
    `${gigabytes(free)}. Free some, or choose a smaller size.`;
  throw new WorkbenchError('disk.full', message, { field: 'size' });
}

/** Where the source has one of the two splits, it is worth a word that the other one was cut. */
function cutWords(shares: Shares, { seed }: ImportOptions): readonly string[] {
  const cut = Object.entries(shares);
  const [[name, share] = ['', 0]] = cut;
  if (cut.length !== 1) return [];
  const words = name === 'val' ? 'validation' : 'test';
  const percent = Number((100 * share).toFixed(1));
  return [
    `There are no ${words} images of their own: ${percent} % of each class' training images were cut (seed ${seed}).`,
  ];
}

/** For people. */
function importOf(kind: ImportKind, options: ImportOptions, shares: Shares): Readonly<Record<string, unknown>> {
  const { fit, gray, coarse, seed, skipBroken = false, subset } = options;
  if (subset)
    return { kind, ...subset, ...(subset.perClass && { seed, validation: validationPerClass(subset.perClass) }) };
  return { kind, fit, gray, coarse, shares, seed, ...(skipBroken && { skipBroken }) };
}

function hashesOf({ train, val, test }: Readonly<Record<SplitName, WrittenSplit>>) {
  return { train: train.hashes, val: val.hashes, test: test.hashes };
}

export const testing = { kindOf };
