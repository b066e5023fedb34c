/** Runs of the same data set to be drawn beside a run, read where they are not here yet; those that
 * are gone are left out. */
import { computed, shallowRef, watch } from 'vue';
import type { RunSummaryView } from '../../../bridge/schemas/records.ts';
import { toWorkbenchError } from '../../../bridge/errors.ts';
import { useClient } from '../../api.ts';
import type { OtherRun } from '../../charts/front/input.ts';
import type { OfferedRun } from '../../runs-of-data.ts';
import { runsOfData } from '../../runs-of-data.ts';
import { useRecords } from '../../stores/records.ts';

export function useOtherRuns(summary: () => RunSummaryView, ids: () => readonly string[]) {
  const records = useRecords();
  const candidates = shallowRef<readonly OfferedRun[]>();
  const failure = shallowRef<string>();

  /** Asked when the list is opened. */
  async function readCandidates(): Promise<void> {
    failure.value = undefined;
    try {
      const { run } = summary();
      const found = await runsOfData(useClient(), run.config.dataset);
      candidates.value = found.filter(({ id }) => id !== run.id);
    } catch (thrown) {
      failure.value = toWorkbenchError(thrown).message;
    }
  }

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
