/** Images of any size and colour as square ones of bytes, gray or RGB. */
import { availableParallelism } from 'node:os';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import type { YieldToEvents } from '../../training/evaluate.ts';
import type { ImportOptions } from '../../tasks/import/task.ts';

// Images side by side: threads within one cost more than they bring, and none is looked at twice.
sharp.concurrency(1);
sharp.cache(false);

export interface Frame {
  readonly side: number;
  readonly channels: number;
  readonly fit: ImportOptions['fit'];
}

const SHARP_FIT = { letterbox: 'contain', crop: 'cover', stretch: 'fill' } as const;
const BLACK = '#000';
/** Bilinear with antialiasing, which networks from PyTorch were mostly trained on (torchvision's
 * default). sharp's own, Lanczos, is sharper: it cost a network from there six points. */
const SHRINKING = 'linear';

/** Pixels `[side][side][channels]`; what is transparent becomes black. */
export function framed(image: Sharp, { side, channels, fit }: Frame): Promise<Buffer> {
  return image
    .flatten({ background: BLACK })
    .resize(side, side, { fit: SHARP_FIT[fit], background: BLACK, kernel: SHRINKING })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw({ depth: 'uchar' })
    .toBuffer();
}

/** Does `work` for 0 to count - 1, a few at a time; the first error ends it once those in hand are
 * done. */
export async function inParallel(
  count: number,
  yieldToEvents: YieldToEvents,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      try {
        await work(index);
        await yieldToEvents();
      } catch (error) {
        next = count;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: 2 * availableParallelism() }, worker));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
