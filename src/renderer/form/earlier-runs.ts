/** Runs that a new one can learn from: of the same data set, with finished students, of its
 * families and kind of space; the newest first. */
import { computed, onMounted, shallowRef } from 'vue';
import type { RunSummaryView } from '../../bridge/schemas/records.ts';
import { useClient } from '../api.ts';
import { formatDate, formatPlural } from '../format.ts';
import { useRecords } from '../stores/records.ts';
import type { Choice } from './form-model.ts';

/** Of the newest runs, so many are looked through; older ones can be named in a file. */
const LOOKED_THROUGH = 200;

interface Wanted {
  readonly dataset: string;
  readonly families: readonly string[];
  readonly space: string;
  /** Ids that are chosen already: they are offered whatever became of their runs, so that they can
   * be given up. */
  readonly chosen: readonly string[];
}

function earlierRunChoices(runs: readonly RunSummaryView[], wanted: Wanted): readonly Choice[] {
  const fitting = runs.filter(
    ({ run, trials }) => wanted.chosen.includes(run.id) || (trials.finished > 0 && isFitting(run.config, wanted)),
  );
  const gone = wanted.chosen.filter((id) => !runs.some(({ run }) => run.id === id));
  return [
    ...fitting.map(({ run, trials }) => ({
      value: run.id,
      title: run.name,
      note: `${formatPlural(trials.finished, 'student')}, ${formatDate(run.createdAt)}`,
    })),
    ...gone.map((id) => ({ value: id, title: 'A run that is not in this workspace', note: id })),
  ];
}

function isFitting({ dataset, families, space }: RunSummaryView['run']['config'], wanted: Wanted): boolean {
  const isAlike = dataset === wanted.dataset && (space?.kind ?? 'compact') === wanted.space;
  return isAlike && families.some((family) => wanted.families.includes(family));
}

/** Empty until they were read, and where that fails: the search can do without. */
export function useEarlierRuns(wanted: () => Wanted) {
  const records = useRecords();
  const ids = shallowRef<readonly string[]>([]);
  onMounted(async () => {
    const page = await useClient()
      .runs.list({ limit: LOOKED_THROUGH })
      .catch(() => undefined);
    if (page === undefined) return;
    records.putRuns(page.rows);
    ids.value = page.rows.map(({ run }) => run.id);
  });
  return computed(() =>
    earlierRunChoices(
      ids.value.flatMap((id) => records.runOf(id) ?? []),
      wanted(),
    ),
  );
}

export const testing = { earlierRunChoices };
