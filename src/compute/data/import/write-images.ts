/** Makes every example of a source what it is to be, one by one, and hands it to its split. */
import { createHash } from 'node:crypto';
import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { sizeOf } from '../../../core/arch/ops.ts';
import { chosenColumns } from '../../../core/columns.ts';
import { WorkbenchError } from '../../../core/errors.ts';
import type { SplitName } from '../../../core/records/sources.ts';
import type { YieldToEvents } from '../../training/evaluate.ts';
import type { Faults } from './faults.ts';
import { inParallel } from './fit.ts';
import { bytesOf, nounOf } from './plan.ts';
import type { Plan } from './plan.ts';
import { unlessBroken } from './source.ts';
import type { Decoded, Source } from './source.ts';
import { splitWriter } from './write-dataset.ts';
import type { WrittenSplit } from './write-dataset.ts';

/** Images that are decoded, and then written, at a time. */
const BLOCK_BYTES = 32 * 2 ** 20;
const MOST_A_BLOCK = 1024;
/** Besides the pixels. */
const SPARE_BYTES = 64 * 2 ** 20;

/** `stage`: words for the person. */
export type ImportReport = (stage: string) => (done: number, total: number) => void;

interface ImageTools {
  readonly faults: Faults;
  readonly yieldToEvents: YieldToEvents;
  readonly stage: ImportReport;
}

interface WrittenImages {
  readonly written: Readonly<Record<SplitName, WrittenSplit>>;
  /** Of the pixels and labels of train, val and test, in this order. */
  readonly fingerprint: string;
}

/** Decodes each image once, block by block, and hands it to its split. */
export async function writeImages(
  directory: string,
  plan: Plan,
  source: Pick<Source, 'example' | 'samples'>,
  { faults, yieldToEvents, stage }: ImageTools,
): Promise<WrittenImages> {
  const { shape, form, splits } = plan;
  const total = bytesOf(plan) / sizeOf(shape);
  const soundBytes = 2 * (source.samples ?? 0);
  const rowBytes = (form === 'rows' ? sizeOf(shape) : 0) + soundBytes;
  if (rowBytes > 0) assertRoom(directory, total * rowBytes);
  const [side, , channels] = shape;
  const frame = { side, channels, fit: plan.fit };
  const report = stage(
    source.example === undefined ? 'making the images square' : `making ${nounOf(source).many} alike`,
  );
  const block = Math.max(1, Math.min(MOST_A_BLOCK, Math.floor(BLOCK_BYTES / (sizeOf(shape) + soundBytes))));
  const fingerprint = createHash('sha256');
  let done = 0;
  const writeSplit = async (name: SplitName): Promise<WrittenSplit> => {
    const { images, order } = splits[name];
    const place = { name, most: order.length, shape, hasSound: soundBytes > 0 };
    const kept: number[] = [];
    const writer = splitWriter(form, directory, place, (pixels) => fingerprint.update(pixels));
    try {
      for (let start = 0; start < order.length; start += block) {
        const chosen = order.subarray(start, start + block);
        const decoded = new Array<Decoded | undefined>(chosen.length).fill(undefined);
        await inParallel(chosen.length, yieldToEvents, async (index) => {
          decoded[index] = await unlessBroken(faults, () => images.read(chosen[index] ?? 0, frame));
          report((done += 1), total);
        });
        decoded.forEach((example, index) => {
          if (example === undefined) return;
          const image = chosen[index] ?? 0;
          writer.add(example.pixels, images.labels[image] ?? 0, example.sound);
          kept.push(image);
        });
      }
      const written = writer.end();
      fingerprint.update(written.labels);
      return {
        ...written,
        ...(images.columns && { columns: chosenColumns(images.columns, kept) }),
        ...(images.names && { names: kept.map((image) => images.names?.[image] ?? '') }),
      };
    } finally {
      writer.close();
    }
  };
  const written = { train: await writeSplit('train'), val: await writeSplit('val'), test: await writeSplit('test') };
  return { written, fingerprint: fingerprint.digest('hex') };
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
