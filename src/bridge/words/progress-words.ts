/** How far a run is, and what its budget comes to, in words for window and terminal. */
import { progressOf } from '../../core/budget.ts';
import type { Progress } from '../../core/budget.ts';
import type { PreviewView, RunSummaryView } from '../schemas/records.ts';

const exact = (count: number): string => count.toLocaleString('en-US');

/** `of trainings` where students were given: each is trained by several seeds. */
export interface CountedAs {
  readonly trainings?: 'student' | 'training';
}

/** `24 students`, `1 epoch` */
function amountWords({ total, unit }: Pick<Progress, 'total' | 'unit'>, as: CountedAs = {}): string {
  const one = unit === 'epochs' ? 'epoch' : (as.trainings ?? 'student');
  return `${exact(total)} ${one}${total === 1 ? '' : 's'}`;
}

/** `8 of 24 students`, `120 of 192 epochs` */
export const progressWords = (progress: Progress, as: CountedAs = {}): string =>
  `${exact(progress.done)} of ${amountWords(progress, as)}`;

/** `24 trainings, 192 epochs in all.`, or `192 epochs in all: 24 whole trainings.` */
export function budgetWords({ trainings, epochs, unit, isShort }: PreviewView['budget']): string {
  const whole = Number(trainings.toFixed(1));
  const isOne = whole === 1;
  if (unit === 'trainings' || epochs === undefined) {
    const of = epochs === undefined ? '' : `, ${amountWords({ total: epochs, unit: 'epochs' })} in all`;
    return `${exact(whole)} ${isOne ? 'training' : 'trainings'}${of}.`;
  }
  const short = isShort ? ', or more short ones' : '';
  return (
    `${amountWords({ total: epochs, unit })} in all: ${Number.isInteger(trainings) ? '' : 'about '}` +
    `${exact(whole)} whole ${isOne ? 'training' : 'trainings'}${short}.`
  );
}

/** `192 epochs`, where the budget is in epochs: what all trainings took, short ones too. */
export function spentWords(summary: RunSummaryView): string | undefined {
  const { done, unit } = progressOf(summary);
  return unit === 'epochs' ? amountWords({ total: done, unit }) : undefined;
}

/** Where there is little room: `8/24`, `120/192 epochs`. */
export const progressShort = ({ done, total, unit }: Progress, epochs = 'epochs'): string =>
  `${exact(done)}/${exact(total)}${unit === 'epochs' ? ` ${epochs}` : ''}`;
