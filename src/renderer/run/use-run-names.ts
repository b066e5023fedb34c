/** Names of other runs that a run speaks of, read where they are not here yet. */
import { computed, shallowRef, watch } from 'vue';
import { toWorkbenchError } from '../../bridge/errors.ts';
import { useClient } from '../api.ts';
import { useRecords } from '../stores/records.ts';

export interface NamedRun {
  readonly id: string;
  /** `undefined` where it is gone, and until it was read. */
  readonly name: string | undefined;
  readonly isGone: boolean;
}

export function useRunNames(ids: () => readonly string[]) {
  const records = useRecords();
  const gone = shallowRef<ReadonlySet<string>>(new Set());

  async function read(id: string): Promise<void> {
    try {
      records.putRuns([await useClient().runs.get({ id })]);
    } catch (thrown) {
      if (toWorkbenchError(thrown).code === 'run.missing') gone.value = new Set(gone.value).add(id);
    }
  }

  watch(
    () => ids().filter((id) => records.runOf(id) === undefined && !gone.value.has(id)),
    (unknown) => unknown.forEach((id) => void read(id)),
    { immediate: true },
  );

  return computed(() =>
    ids().map((id): NamedRun => ({ id, name: records.runOf(id)?.run.name, isGone: gone.value.has(id) })),
  );
}
