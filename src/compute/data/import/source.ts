/** What an importer makes of somebody's files: images with their classes, in up to three splits,
 * decoded one by one when they are wanted. */
import sharp from 'sharp';
import { WorkbenchError } from '../../../core/errors.ts';
import type { Columns } from '../../../core/columns.ts';
import type { Example } from '../../../core/records/example.ts';
import type { SplitName } from '../../../core/records/sources.ts';
import type { YieldToEvents } from '../../training/evaluate.ts';
import type { ImportOptions } from '../../tasks/import/task.ts';
import { corrupt, MAX_BYTES, readBytes } from '../idx.ts';
import type { Faults } from './faults.ts';
import { framed } from './fit.ts';
import type { Frame } from './fit.ts';

export interface SourceImages {
  /** Where all are of one size. */
  readonly size?: { readonly height: number; readonly width: number };
  /** The most that any of them has, 1 or 3. */
  readonly channels: number;
  /** `[count]`, class of each image. */
  readonly labels: Uint8Array;
  /** `[count]` each, where there are any. */
  readonly columns?: Columns;
  /** Each example's file, from the imported folder; absent where one file holds several. */
  readonly names?: readonly string[];
  /** Throws `BrokenFile` where it is broken. */
  readonly read: (image: number, frame: Frame) => Promise<Decoded>;
}

export interface Decoded {
  /** `[side][side][channels]`, or of the source's own size. */
  readonly pixels: Uint8Array;
  /** `[samples]` of 16 bits, the lower byte first. */
  readonly sound?: Uint8Array;
}

/** Images of one size, one after the other. */
export interface UniformImages {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** So many bytes from `first` on of `[count][height][width][channels]`, row-major. */
  readonly read: (first: number, count: number) => Uint8Array;
  readonly labels: Uint8Array;
}

/** `train` is always there; what else is there was a split of its own in the source. */
export type Parts<T> = { readonly train: T } & { readonly [Name in Exclude<SplitName, 'train'>]?: T };

export interface Source {
  /** In the order of the labels. */
  readonly classes: readonly string[];
  readonly parts: Parts<SourceImages>;
  /** What examples are that are no images: they keep the size that they have. */
  readonly example?: Example;
  /** Names of the groups of columns. */
  readonly groups?: readonly string[];
  /** Of an example's sound, where it is kept. */
  readonly samples?: number;
  /** What a person should know, though it hinders nothing. */
  readonly warnings: readonly string[];
  /** The same, as it was found while examples were read. */
  readonly found?: () => readonly string[];
}

/** The same error as of any data file, with what was found apart. */
export class BrokenFile extends WorkbenchError {
  readonly finding: string;
  readonly file: string;
  constructor(file: string, finding: string, cause?: unknown) {
    const { code, message, place } = corrupt(file, finding);
    super(code, message, place, { cause });
    this.file = file;
    this.finding = finding;
  }
}

/** What `read` gives, or `undefined` where the file is broken, which is noted then. */
export async function unlessBroken<T>(faults: Faults, read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof BrokenFile)) throw error;
    faults.note(error.file, error.finding);
    return undefined;
  }
}

/** How an importer is asked: where to look, what to make of it, and whom to tell. */
export interface SourceRequest {
  /** Absolute path of a folder. */
  readonly path: string;
  readonly options: ImportOptions;
  /** Files that are broken. */
  readonly faults: Faults;
  readonly yieldToEvents: YieldToEvents;
  readonly report: (done: number, total: number) => void;
}

/** Labels are bytes. */
export const MOST_CLASSES = 256;

/** Files that are sound, and still no data set. */
export function unusable(place: string, finding: string): WorkbenchError {
  return new WorkbenchError('dataset.unusable', `${place} cannot be imported: ${finding}.`, { file: place });
}

/** Applies `change` to every part, one after the other. */
export async function mapParts<T, U>(
  parts: Parts<T>,
  change: (part: T, name: SplitName) => Promise<U>,
): Promise<Parts<U>> {
  const train = await change(parts.train, 'train');
  const val = parts.val && (await change(parts.val, 'val'));
  const test = parts.test && (await change(parts.test, 'test'));
  return { train, ...(val && { val }), ...(test && { test }) };
}

/** The same ones where the frame changes nothing. */
export function uniformImages({ height, width, channels, read, labels }: UniformImages): SourceImages {
  const bytes = height * width * channels;
  return {
    ...{ size: { height, width }, channels, labels },
    read: async (image, frame) => {
      const own = read(image * bytes, bytes);
      if (height === frame.side && width === frame.side && channels === frame.channels) return { pixels: own };
      const opened = sharp(own, { raw: { width, height, channels: channels === 1 ? 1 : 3 } });
      return { pixels: await framed(opened, frame) };
    },
  };
}

/** Memory for so many images. Throws `dataset.unusable` where they are more than a file that is
 * read as a whole may hold. */
export function roomFor(place: string, count: number, height: number, width: number, channels: number): Uint8Array {
  const bytes = count * height * width * channels;
  if (bytes < MAX_BYTES - 64) return new Uint8Array(bytes);
  const size = `${height} x ${width} x ${channels}`;
  throw unusable(place, `${count} images of ${size} are ${bytes} bytes, and ${MAX_BYTES} is the most`);
}

/** Names of classes from a text file, one a line, as CIFAR's `batches.meta.txt`. `count`: how many
 * there must be. Throws `dataset.missing` or `dataset.corrupt`. */
export function readClassNames(file: string, count?: number): readonly string[] {
  const bytes = readBytes(file);
  if (bytes.includes(0)) throw corrupt(file, 'it is not text');
  const names = bytes
    .toString('utf8')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw corrupt(file, `it names the class "${twice}" twice`);
  const most = count ?? MOST_CLASSES;
  if (names.length > most || names.length < (count ?? 2)) {
    throw corrupt(file, `it names ${names.length} classes, and ${count ?? `2 to ${MOST_CLASSES}`} are needed`);
  }
  return names;
}
