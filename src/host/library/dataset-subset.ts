/** What a subset of a data set is to be: which of its classes, and what its card says of them. */
import type { ParsedSubsetInput } from '../../bridge/schemas/import.ts';
import { nearestWord } from '../../bridge/words/nearest-word.ts';
import type { Input } from '../../compute/tasks/tasks.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { DatasetCard } from '../../core/records/dataset-card.ts';
import type { Found } from './catalog.ts';

const RANGE = /^(\d+)\s*-\s*(\d+)$/;
/** A title that named more would be none. */
const MOST_NAMED = 4;

/** Throws `usage.invalid` for a class that the set lacks, or where fewer than two are left. */
export function subsetOf(
  { name: from, directory, card }: Found<DatasetCard>,
  { classes: asked, perClass, seed, name, title }: ParsedSubsetInput,
): Omit<Input<'import'>, 'date'> {
  const labels = new Set(asked.flatMap((text) => labelsOf(text, from, card.classes)));
  const classes = [...labels].sort((left, right) => left - right);
  if (classes.length < 2) {
    const only = card.classes[classes[0] ?? 0] ?? '';
    throw refused('classes', `"${only}" is one class alone; at least 2 are needed to tell apart.`);
  }
  const names = classes.map((label) => card.classes[label] ?? '');
  const named = names.length > MOST_NAMED ? `${names.length} of ${card.classes.length} classes` : names.join(', ');
  const each = perClass === undefined ? '' : `, ${perClass} a class`;
  return {
    ...{ path: directory, source: `cut from the data set ${from}`, name },
    ...{ title: title ?? `${card.title}: ${named}${each}`, licence: card.licence },
    options: {
      ...{ kind: 'subset', subset: { classes, ...(perClass !== undefined && { perClass }) }, seed },
      ...{ fit: 'letterbox', gray: false, coarse: false, shares: { val: 0, test: 0 } },
    },
  };
}

/** A name is looked for first: classes may be called by numbers, or by what looks like a range. */
function labelsOf(text: string, set: string, classes: readonly string[]): readonly number[] {
  const named = classes.indexOf(text);
  if (named >= 0) return [named];
  const range = RANGE.exec(text);
  if (range === null) return [labelOf(text, set, classes)];
  const [first, last] = [labelOf(range[1] ?? '', set, classes), labelOf(range[2] ?? '', set, classes)];
  if (first <= last) return Array.from({ length: last - first + 1 }, (_, step) => first + step);
  throw refused('classes', `"${text}" ends before it begins: write the smaller number first.`);
}

function labelOf(text: string, set: string, classes: readonly string[]): number {
  const named = classes.indexOf(text);
  if (named >= 0) return named;
  if (/^\d+$/.test(text) && Number(text) < classes.length) return Number(text);
  const meant = nearestWord(text, classes);
  const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`;
  const known = classes.map((name, label) => `${label} ${name}`).join(', ');
  throw refused('classes', `${set} has no class "${text}".${hint} It has ${known}.`);
}

function refused(field: string, problem: string): WorkbenchError {
  return new WorkbenchError('usage.invalid', `${field}: ${problem}`, { field });
}
