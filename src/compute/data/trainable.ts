/** Whether there is anything to learn from a training split: a trial that could only fail ends
 * before it begins. */
import { WorkbenchError } from '../../core/errors.ts';
import type { DatasetCard } from '../../core/records/dataset-card.ts';
import type { Split } from './dataset.ts';

export interface TrainingSplit {
  readonly card: Pick<DatasetCard, 'id' | 'classes'>;
  readonly split: (name: 'train') => Split;
}

/** Throws `dataset.corrupt` when the first `count` training images are all of one class, or all of
 * one brightness. */
export function checkTrainable({ card, split }: TrainingSplit, count: number): void {
  const { pixels, labels } = split('train');
  const [label = 0] = labels;
  const [pixel = 0] = pixels;
  const used = pixels.subarray(0, (pixels.length / labels.length) * count);
  if (labels.subarray(0, count).every((one) => one === label)) {
    throw unfit(card.id, count, `are of one class, "${card.classes[label] ?? label}"`);
  }
  if (used.every((one) => one === pixel)) throw unfit(card.id, count, `have the same pixels, all ${pixel}`);
}

function unfit(dataset: string, count: number, finding: string): WorkbenchError {
  const message =
    `All ${count} training images of data set "${dataset}" ${finding}: there is nothing to learn. Use ` +
    'more or other images.';
  return new WorkbenchError('dataset.corrupt', message);
}
