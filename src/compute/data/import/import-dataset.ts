/** Makes a data set of somebody's files: reads and checks them, makes their images square, cuts the
 * splits, writes a folder. */
import { createHash } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { messageOf, WorkbenchError } from '../../../core/errors.ts';
import { SPLITS } from '../../../core/records/sources.ts';
import type { SplitName } from '../../../core/records/sources.ts';
import type { YieldToEvents } from '../../training/evaluate.ts';
import type { ImportKind, ImportOptions, ImportTask } from '../../tasks/import/task.ts';
import type { Split } from '../dataset.ts';
import { CIFAR10, CIFAR100, CIFAR100_COARSE, isCifarFolder, readCifarSource } from './cifar-source.ts';
import { duplicateWarnings } from './duplicates.ts';
import { framedImages } from './fit.ts';
import { isClassFolder, readFolderSource } from './folder-source.ts';
import { isIdxFolder, readIdxSource } from './idx-source.ts';
import { partition } from './partition.ts';
import { mapParts, unusable } from './source.ts';
import type { Parts, Source, SourceImages, SourceRequest } from './source.ts';
import { writeDataset } from './write-dataset.ts';

const SIDES = { least: 8, most: 64 } as const;

/** `stage`: words for the person. */
export type ImportReport = (stage: string) => (done: number, total: number) => void;

const READERS: Readonly<Record<ImportKind, (request: SourceRequest) => Promise<Source>>> = {
  idx: readIdxSource,
  cifar10: (request) => readCifarSource(CIFAR10, request),
  cifar100: (request) => readCifarSource(request.options.coarse ? CIFAR100_COARSE : CIFAR100, request),
  folder: readFolderSource,
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
  const kind = options.kind ?? kindOf(path);
  const source = await READERS[kind]({ path, options, yieldToEvents, report: stage('reading the files') });
  checkSource(path, source);
  const parts = await squared(path, source, options, yieldToEvents, stage('making the images square'));
  const { splits, shares } = splitsOf(path, source, parts, options);
  await yieldToEvents();
  const { height, width, channels } = parts.train;
  const written = stage('writing the data set');
  let files = 0;
  const facts = {
    ...{ id: input.name, title: input.title, licence: input.licence ?? 'unknown' },
    ...{ source: input.source, date: input.date },
    fingerprint: fingerprintOf(splits),
    import: { kind, fit: options.fit, gray: options.gray, coarse: options.coarse, shares, seed: options.seed },
    warnings: [...source.warnings, ...emptyClasses(source), ...duplicateWarnings(splits)],
    shape: [height, width, channels] as const,
    classes: source.classes,
  };
  try {
    await writeDataset(directory, facts, splits, async () => {
      written((files += 1), 2 * SPLITS.length);
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
  if (isClassFolder(path)) return 'folder';
  const known =
    'IDX files (train-images-idx3-ubyte), CIFAR batches (data_batch_1.bin, train.bin) or a folder for each class';
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

function checkSource(path: string, { classes, parts }: Source): void {
  for (const [name, { labels }] of Object.entries(parts)) {
    if (labels.length === 0) throw unusable(path, `it has no ${name} images`);
  }
  const seen = new Set(parts.train.labels);
  if (seen.size >= 2) return;
  const only = classes[parts.train.labels[0] ?? 0] ?? '';
  throw unusable(path, `all training images are of one class, "${only}"; at least 2 are needed`);
}

function emptyClasses({ classes, parts }: Source): readonly string[] {
  const seen = new Set(parts.train.labels);
  const empty = classes.filter((_, label) => !seen.has(label));
  return empty.length === 0 ? [] : [`No training images: ${empty.join(', ')}.`];
}

/** All images in one square size and with as many channels. */
async function squared(
  path: string,
  { parts }: Source,
  { side, gray, fit }: ImportOptions,
  yieldToEvents: YieldToEvents,
  report: (done: number, total: number) => void,
): Promise<Parts<SourceImages>> {
  const all = Object.values(parts);
  const own = Math.max(parts.train.height, parts.train.width);
  const wanted = side ?? own;
  if (wanted < SIDES.least || wanted > SIDES.most) {
    const { least, most } = SIDES;
    throw unusable(
      path,
      `its images are ${parts.train.height} x ${parts.train.width}; choose a size from ${least} to ${most}`,
    );
  }
  const channels = gray ? 1 : Math.max(...all.map((part) => part.channels));
  const total = all.reduce((sum, { labels }) => sum + labels.length, 0);
  let done = 0;
  const step = (): void => report((done += 1), total);
  return mapParts(parts, (part) => framedImages(path, part, { side: wanted, channels, fit }, yieldToEvents, step));
}

/** The source's own splits; those it lacks are cut from its training images. */
function splitsOf(
  path: string,
  { classes }: Source,
  parts: Parts<SourceImages>,
  { shares: wanted, seed }: ImportOptions,
): { readonly splits: Readonly<Record<SplitName, Split>>; readonly shares: Partial<ImportOptions['shares']> } {
  const shares = { ...(!parts.val && { val: wanted.val }), ...(!parts.test && { test: wanted.test }) };
  const orders = partition(path, parts.train.labels, classes, shares, seed);
  const split = (name: SplitName): Split => {
    const own = name === 'train' ? undefined : parts[name];
    return own
      ? { count: own.labels.length, pixels: own.pixels, labels: own.labels }
      : gather(parts.train, orders[name]);
  };
  return { splits: { train: split('train'), val: split('val'), test: split('test') }, shares };
}

function gather({ pixels, labels }: SourceImages, order: Uint32Array = new Uint32Array()): Split {
  const bytes = pixels.length / labels.length;
  const chosen = new Uint8Array(order.length * bytes);
  order.forEach((image, place) => chosen.set(pixels.subarray(image * bytes, (image + 1) * bytes), place * bytes));
  return { count: order.length, pixels: chosen, labels: Uint8Array.from(order, (image) => labels[image] ?? 0) };
}

/** Of the pixels and labels of train, val and test, in this order. */
function fingerprintOf(splits: Readonly<Record<SplitName, Split>>): string {
  const hash = createHash('sha256');
  for (const name of SPLITS) hash.update(splits[name].pixels).update(splits[name].labels);
  return hash.digest('hex');
}

export const testing = { kindOf };
