/** What a kind of data is measured by beside accuracy, of what a network said of a split. */
import { dataKindOf } from '../../core/data-kinds.ts';
import { MEASURES, positionWeights } from '../../core/measures.ts';
import type { Measured } from '../../core/measures.ts';
import type { SplitName } from '../../core/records/sources.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Predictions } from '../tasks/evaluate/task.ts';

/** Nothing of images. Weighted areas want a group and a position for each example, and are left out
 * where the set has none; so are all areas of more than two classes. */
export function measuresOf(
  { card, split, columns }: Pick<Dataset, 'card' | 'split' | 'columns'>,
  name: SplitName,
  { classes, probabilities }: Pick<Predictions, 'classes' | 'probabilities'>,
): Measured {
  const { measures } = dataKindOf(card);
  if (measures.length === 0) return {};
  const { position, group } = columns(name);
  const weights = position && group && positionWeights(position, group);
  const judged = { classes, probabilities, labels: split(name).labels, ...(weights && { weights }) };
  const applies = (measure: (typeof measures)[number]): boolean => {
    if (measure === 'balancedAccuracy') return true;
    return classes === 2 && (measure === 'auc' || weights !== undefined);
  };
  return Object.fromEntries(measures.filter(applies).map((measure) => [measure, MEASURES[measure](judged)]));
}
