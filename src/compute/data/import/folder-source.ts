/**
 * A folder per class of PNG and JPEG files, at any depth below it; classes in the order of their
 * names. Where all folders are called `train`, `val` or `test` (and their like), those are splits,
 * with the folders of the classes in them.
 */
import { readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { SplitName } from '../../../core/records/sources.ts';
import sharp from 'sharp';
import type { YieldToEvents } from '../../training/evaluate.ts';
import { corrupt } from '../idx.ts';
import { framed, inParallel } from './fit.ts';
import type { Frame } from './fit.ts';
import { mapParts, MOST_CLASSES, roomFor, unusable } from './source.ts';
import type { Parts, Source, SourceImages, SourceRequest } from './source.ts';

interface ClassFile {
  readonly file: string;
  readonly label: number;
}

const DEFAULT_SIDE = 32;
/** As JPEG has it; libvips cannot shrink what is much larger. */
const MOST_PIXELS_A_SIDE = 65_535;
const EXTENSIONS: readonly string[] = ['.png', '.jpg', '.jpeg'];
const FORMATS: readonly string[] = ['png', 'jpeg'];
const SPLIT_FOLDERS: Readonly<Record<string, SplitName>> = {
  ...{ train: 'train', training: 'train' },
  ...{ val: 'val', valid: 'val', validation: 'val' },
  ...{ test: 'test', testing: 'test' },
};

export function isClassFolder(path: string): boolean {
  return foldersIn(path).length > 0;
}

export async function readFolderSource({ path, options, yieldToEvents, report }: SourceRequest): Promise<Source> {
  const roots = splitFolders(path);
  const classes = foldersIn(roots.train);
  if (classes.length > MOST_CLASSES) {
    throw unusable(roots.train, `it has ${classes.length} folders of classes, and ${MOST_CLASSES} is the most`);
  }
  let skipped = 0;
  const files = await mapParts(roots, async (root) => {
    await yieldToEvents();
    const found = classFiles(root, classes);
    skipped += found.skipped;
    return found.files;
  });
  const all = Object.values(files).flat();
  // Headers alone first: whether the set is gray is known before the first pixel is kept.
  const total = 2 * all.length;
  let done = 0;
  const step = (): void => report((done += 1), total);
  const channels = await channelsOf(all, yieldToEvents, step);
  const frame = {
    side: options.side ?? DEFAULT_SIDE,
    channels: options.gray ? 1 : Math.max(...channels),
    fit: options.fit,
  };
  const parts = await mapParts(files, (part) => readImages(path, part, frame, yieldToEvents, step));
  return { classes, parts, warnings: warningsOf(skipped, channels, options.gray) };
}

/** The root itself for a folder that has no splits of its own. */
function splitFolders(path: string): Parts<string> {
  const names = foldersIn(path);
  const found = new Map<SplitName, string>();
  for (const name of names) {
    const split = SPLIT_FOLDERS[name.toLowerCase()];
    if (split === undefined) return { train: path };
    if (found.has(split)) throw unusable(path, `"${found.get(split)}" and "${name}" are the same split`);
    found.set(split, name);
  }
  const place = (split: SplitName): string | undefined => {
    const name = found.get(split);
    return name === undefined ? undefined : join(path, name);
  };
  const [train, val, test] = [place('train'), place('val'), place('test')];
  if (train === undefined) throw unusable(path, 'it has no folder "train", and no folders of classes');
  return { train, ...(val && { val }), ...(test && { test }) };
}

function classFiles(
  root: string,
  classes: readonly string[],
): { readonly files: readonly ClassFile[]; readonly skipped: number } {
  const stranger = foldersIn(root).find((name) => !classes.includes(name));
  if (stranger !== undefined) throw unusable(join(root, stranger), 'the training images have no such class');
  let skipped = 0;
  const files = classes.flatMap((name, label) => {
    const folder = join(root, name);
    // A split may lack a class; a class that is there and empty is a mistake.
    if (statSync(folder, { throwIfNoEntry: false }) === undefined) return [];
    const found = filesBelow(folder);
    const images = found.filter((file) => EXTENSIONS.includes(extname(file).toLowerCase()));
    if (images.length === 0) throw unusable(folder, 'this class has no PNG or JPEG file; fill the folder or remove it');
    skipped += found.length - images.length;
    return images.map((file) => ({ file, label }));
  });
  return { files, skipped };
}

/** Hidden ones left out, in the order of their names; a link to a folder counts as one. */
function foldersIn(path: string): readonly string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.'))
    .filter((entry) => entry.isDirectory() || (entry.isSymbolicLink() && isFolder(join(path, entry.name))))
    .map(({ name }) => name)
    .sort();
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Channels that each image has, alpha not counted: 1 or 3. */
async function channelsOf(
  files: readonly ClassFile[],
  yieldToEvents: YieldToEvents,
  step: () => void,
): Promise<readonly number[]> {
  const channels = new Array<number>(files.length).fill(1);
  await inParallel(files.length, yieldToEvents, async (index) => {
    const { file = '' } = files[index] ?? {};
    const { format, space, width, height } = await readable(file, () => sharp(file).metadata());
    if (!FORMATS.includes(format)) throw corrupt(file, `it is a ${format} file, not PNG or JPEG`);
    if (Math.max(width, height) > MOST_PIXELS_A_SIDE) {
      throw corrupt(file, `its header says ${width} x ${height}, and ${MOST_PIXELS_A_SIDE} a side is the most`);
    }
    channels[index] = space === 'b-w' || space === 'grey16' ? 1 : 3;
    step();
  });
  return channels;
}

async function readImages(
  path: string,
  files: readonly ClassFile[],
  frame: Frame,
  yieldToEvents: YieldToEvents,
  step: () => void,
): Promise<SourceImages> {
  const { side, channels } = frame;
  const pixels = roomFor(path, files.length, side, side, channels);
  await inParallel(files.length, yieldToEvents, async (index) => {
    const { file = '' } = files[index] ?? {};
    pixels.set(
      await readable(file, () => framed(sharp(file, { autoOrient: true }), frame)),
      index * side * side * channels,
    );
    step();
  });
  return { height: side, width: side, channels, pixels, labels: Uint8Array.from(files, ({ label }) => label) };
}

async function readable<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const reason = error instanceof Error ? error.message.trim().replaceAll(/\s+/g, ' ') : String(error);
    throw corrupt(file, `it cannot be read as an image (${reason})`, error);
  }
}

function warningsOf(skipped: number, channels: readonly number[], gray: boolean): readonly string[] {
  const warnings: string[] = [];
  if (skipped > 0) warnings.push(`Left out, as neither PNG nor JPEG: ${skipped} ${skipped === 1 ? 'file' : 'files'}.`);
  const grays = channels.filter((count) => count === 1).length;
  if (!gray && grays > 0 && grays < channels.length) {
    warnings.push(`Gray and coloured images are mixed: ${grays} gray ones got three equal channels.`);
  }
  return warnings;
}
