/** Writes a data set folder in the form of `resources/datasets`: `dataset.json`, and of each split
 * its labels and its images, gzipped IDX files or rows that are read by position. */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { sizeOf } from '../../../core/arch/ops.ts';
import { COLUMNS, columnContent } from '../../../core/columns.ts';
import type { Columns } from '../../../core/columns.ts';
import { namesText } from '../../../core/example-names.ts';
import type { DatasetCard } from '../../../core/records/dataset-card.ts';
import { SPLITS } from '../../../core/records/sources.ts';
import type { SplitName } from '../../../core/records/sources.ts';
import { noRoom, writeAtomically } from '../../files/atomic-file.ts';
import type { Write } from '../../files/atomic-file.ts';
import { idxBytes } from '../idx.ts';

const zip = promisify(gzip);

export type Facts = Omit<DatasetCard, 'splits'>;
export type ImageForm = 'idx' | 'rows';

/** Takes images in the order in which they are to stand. */
export interface SplitWriter {
  readonly add: (pixels: Uint8Array, label: number, sound?: Uint8Array) => void;
  /** No more come. */
  readonly end: () => WrittenSplit;
  /** Gives up: nothing is held open. */
  readonly close: () => void;
}

export interface WrittenSplit {
  readonly labels: Uint8Array;
  /** SHA-256 of each image's pixels. */
  readonly hashes: readonly string[];
  /** In memory still; absent where they are on the disk. */
  readonly pixels?: Uint8Array;
  readonly rows?: WrittenFile;
  readonly sound?: WrittenFile;
  /** A number for each example, where it has any. */
  readonly columns?: Columns;
  /** Of each example's file, where each has one. */
  readonly names?: readonly string[];
}

interface WrittenFile {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface SplitPlace {
  readonly name: SplitName;
  /** Images that may come. */
  readonly most: number;
  readonly shape: readonly number[];
  readonly hasSound?: boolean;
}

/** `all` takes in the pixels of each. Throws `disk.full`. `write`: for a disk other than the real
 * one. */
export function splitWriter(
  form: ImageForm,
  directory: string,
  { name, most, shape, hasSound = false }: SplitPlace,
  all: (pixels: Uint8Array) => void,
  write: Write = writeSync,
): SplitWriter {
  const bytes = sizeOf(shape);
  const labels = new Uint8Array(most);
  const hashes: string[] = [];
  const sink = form === 'rows' ? rowsSink(directory, `${name}-images.rows`, write) : heldSink(most * bytes);
  const sounds = hasSound ? rowsSink(directory, `${name}-sound.rows`, write) : undefined;
  return {
    add: (pixels, label, sound) => {
      labels[hashes.length] = label;
      hashes.push(createHash('sha256').update(pixels).digest('base64'));
      all(pixels);
      sink.add(pixels);
      if (sound !== undefined) sounds?.add(sound);
    },
    end: () => {
      const { rows: sound } = sounds?.end() ?? {};
      return { labels: labels.subarray(0, hashes.length), hashes, ...sink.end(), ...(sound && { sound }) };
    },
    close: () => {
      sink.close();
      sounds?.close();
    },
  };
}

interface Sink {
  readonly add: (pixels: Uint8Array) => void;
  readonly end: () => Pick<WrittenSplit, 'pixels' | 'rows'>;
  readonly close: () => void;
}

function heldSink(room: number): Sink {
  const held = new Uint8Array(room);
  let filled = 0;
  return {
    add: (pixels) => {
      held.set(pixels, filled);
      filled += pixels.length;
    },
    end: () => ({ pixels: held.subarray(0, filled) }),
    close: () => undefined,
  };
}

function rowsSink(directory: string, file: string, write: Write): Sink {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, file);
  const hash = createHash('sha256');
  let handle: number | undefined = openSync(path, 'w');
  let written = 0;
  const close = (): void => {
    if (handle !== undefined) closeSync(handle);
    handle = undefined;
  };
  return {
    add: (pixels) => {
      try {
        for (let done = 0; done < pixels.length && handle !== undefined;) done += write(handle, pixels, done);
      } catch (error) {
        throw noRoom(path, written + pixels.length, error);
      }
      written += pixels.length;
      hash.update(pixels);
    },
    end: () => {
      if (handle !== undefined) fsyncSync(handle);
      close();
      return { rows: { file, bytes: written, sha256: hash.digest('hex') } };
    },
    close,
  };
}

/** Resolves when all is on the disk, the card last. `step` is called for each of the six data
 * files; `samples`: of a recording, where there are any. Throws `disk.full`. */
export async function writeDataset(
  directory: string,
  facts: Facts,
  splits: Readonly<Record<SplitName, WrittenSplit>>,
  step: () => Promise<void>,
  samples?: number,
): Promise<void> {
  const [height, width, channels] = facts.shape;
  const size = channels === 1 ? [height, width] : [height, width, channels];
  const pack = async (file: string, content: Uint8Array) => {
    const { bytes, sha256 } = writeAtomically(join(directory, file), await zip(content));
    return { file, bytes, sha256 };
  };
  const write = async (name: string, shape: readonly number[], values: Uint8Array) => {
    await step();
    return pack(`${name}.idx${shape.length}.gz`, idxBytes(shape, values));
  };
  const packColumns = async (split: SplitName, columns: Columns) => {
    const files: Partial<Record<keyof Columns, Awaited<ReturnType<typeof pack>>>> = {};
    for (const name of COLUMNS) {
      const column = columns[name];
      if (column !== undefined) files[name] = await pack(`${split}-${name}.idx1.gz`, columnContent(column));
    }
    return files;
  };
  const cards: [SplitName, DatasetCard['splits'][SplitName]][] = [];
  for (const name of SPLITS) {
    const { labels, pixels = new Uint8Array(), rows, columns, sound, names } = splits[name];
    const count = labels.length;
    if (rows) await step();
    const images = rows ? { ...rows, form: 'rows' as const } : await write(`${name}-images`, [count, ...size], pixels);
    const classes = await write(`${name}-labels`, [count], labels);
    const more = {
      ...(columns && Object.keys(columns).length > 0 && { columns: await packColumns(name, columns) }),
      ...(sound && samples !== undefined && { recordings: { ...sound, samples } }),
      ...(names && { names: await pack(`${name}-names.json.gz`, Buffer.from(namesText(names))) }),
    };
    cards.push([name, { count, balance: balanceOf(labels, facts.classes.length), images, labels: classes, ...more }]);
  }
  // Sound: one entry for each of the names.
  const card: DatasetCard = { ...facts, splits: Object.fromEntries(cards) as DatasetCard['splits'] };
  writeAtomically(join(directory, 'dataset.json'), Buffer.from(`${JSON.stringify(card, undefined, 2)}\n`));
}

/** Images of each class. */
function balanceOf(labels: Uint8Array, classes: number): readonly number[] {
  const balance = new Array<number>(classes).fill(0);
  for (const label of labels) balance[label] = (balance[label] ?? 0) + 1;
  return balance;
}
