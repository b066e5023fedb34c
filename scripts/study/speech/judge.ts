/** How good a student is on the speakers that were left out, by its exported file and ONNX
 * Runtime. */
import { readFileSync } from 'node:fs';
import { loadDataset, pixelsIn } from '../../../src/compute/data/dataset.ts';
import { openOnnx } from '../../../src/compute/export/onnxruntime.ts';
import { MEASURES } from '../../../src/core/measures.ts';

/** Mean over classes of the share of each that is told right, and the share of all. */
export interface Judgement {
  readonly uar: number;
  readonly accuracy: number;
}

const BATCH = 64;

/** `directory`: of the data set. Spectrograms have one channel: their bytes lie as ONNX wants
 * them. */
export async function judged(onnx: string, directory: string): Promise<Judgement> {
  const { card, split, close } = loadDataset(directory);
  const [height, width, channels] = card.shape;
  const test = split('test');
  const session = await openOnnx(readFileSync(onnx), [channels, height, width], 1);
  const logits: number[] = [];
  try {
    for (let first = 0; first < test.count; first += BATCH) {
      const end = Math.min(test.count, first + BATCH);
      const pixels = Float32Array.from(pixelsIn(test, first, end), (value) => value / 255);
      logits.push(...(await session.pass(pixels, end - first)));
    }
  } finally {
    await session.dispose();
    close();
  }
  const classes = card.classes.length;
  const right = [...test.labels].filter((label, example) => {
    const own = logits.slice(example * classes, (example + 1) * classes);
    return own.indexOf(Math.max(...own)) === label;
  });
  // The measure looks at which is largest alone: logits will do.
  const uar = MEASURES.balancedAccuracy({ classes, labels: test.labels, probabilities: logits });
  return { uar, accuracy: right.length / test.count };
}
