/** Whether there is anything to learn from a training split: a trial that could only fail ends
 * before it begins. */
import { WorkbenchError } from '../../core/errors.ts';
import { dataKindOf } from '../../core/data-kinds.ts';
import type { DatasetCard } from '../../core/records/dataset-card.ts';
import { pixelsIn } from './dataset.ts';
import type { Split } from './dataset.ts';

export interface TrainingSplit {
  readonly card: Pick<DatasetCard, 'id' | 'classes' | 'example'>;
  readonly split: (name: 'train') => Split;
}

/** Throws `dataset.corrupt` when the first `count` training examples are all of one class, or all
 * of one brightness, or of windows without a step. */
export function checkTrainable({ card, split }: TrainingSplit, count: number): void {
  const train = split('train');
  const { labels } = train;
  const { noun, gives } = dataKindOf(card);
  const unfit = (finding: string): WorkbenchError => {
    const message =
      `All ${count} training ${noun.many} of data set "${card.id}" ${finding}: there is nothing to learn. Use ` +
      `more or other ${noun.many}.`;
    return new WorkbenchError('dataset.corrupt', message);
  };
  const [label = 0] = labels;
  const [pixel = 0] = pixelsIn(train, 0, 1);
  if (labels.subarray(0, count).every((one) => one === label)) {
    throw unfit(`are of one class, "${card.classes[label] ?? label}"`);
  }
  // Photographs differ in the first image: no more of them is read.
  const isPlain = (image: number): boolean => pixelsIn(train, image, image + 1).every((one) => one === pixel);
  let plain = 0;
  while (plain < count && isPlain(plain)) plain += 1;
  if (plain === count)
    throw unfit(gives === 'steps' ? 'know nothing of any step' : `have the same pixels, all ${pixel}`);
}
