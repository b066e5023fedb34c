/** Runs of the same data set to be drawn beside a run, read where they are not here yet; those that
 * are gone are left out. */
import { computed, shallowRef, watch } from 'vue';
import type { RunSummaryView } from '../../../bridge/schemas/records.ts';
import { toWorkbenchError } from '../../../bridge/errors.ts';
import { useClient } from '../../api.ts';
import type { OtherRun } from '../../charts/front/input.ts';
import { useRecords } from '../../stores/records.ts';

/** As many as a list can offer. */
const LISTED = 200;

export function useOtherRuns(summary: () => RunSummaryView, ids: () => readonly string[]) {
  const records = useRecords();
  const candidates = shallowRef<readonly { readonly id: string; readonly name: string; readonly finished: number }[]>();
  const failure = shallowRef<string>();

  /** Asked when the list is opened. */
  async function readCandidates(): Promise<void> {
    failure.value = undefined;
    try {
      const { rows } = await useClient().runs.list({ offset: 0, limit: LISTED });
      candidates.value = rows
        .filter(({ run, trials }) => isAlike(run) && trials.finished > 0)
        .map(({ run: { id, name }, trials }) => ({ id, name, finished: trials.finished }));
    } catch (thrown) {
      failure.value = toWorkbenchError(thrown).message;
    }
  }

  const isAlike = (run: RunSummaryView['run']): boolean =>
    run.id !== summary().run.id && run.config.dataset === summary().run.config.dataset;

  watch(
    () => ids().filter((id) => records.trialsOf(id) === undefined),
    (missing) => {
      for (const id of missing)
        records.readRun(id).catch((thrown: unknown) => (failure.value = toWorkbenchError(thrown).message));
    },
    { immediate: true },
  );

  const others = computed<readonly OtherRun[]>(() =>
    ids().flatMap((id, index) => {
      const [run, trials] = [records.runOf(id), records.trialsOf(id)];
      // The first marks are those of the families.
      return run && trials ? [{ id, name: run.run.name, trials, place: OTHER_PLACES[index] ?? index }] : [];
    }),
  );

  return { candidates, failure, readCandidates, others };
}

export type OtherRuns = ReturnType<typeof useOtherRuns>;

/** Marks that the four families searched by default do not have. */
const OTHER_PLACES = [9, 10, 7, 5, 8] as const;
