/** Rows of a run's students that are selected together, a range of them with Shift. */
import { computed, ref } from 'vue';
import { useSelection } from '../../stores/selection.ts';

/** `ids`: as the rows stand. */
export function useChosenRows(runId: () => string, ids: () => readonly string[]) {
  const selection = useSelection();
  const chosen = computed(() => selection.of(runId()));
  /** From which a range goes. */
  const anchor = ref<string>();

  function choose(id: string, isRange: boolean): void {
    const next = new Set(chosen.value);
    const rows = ids();
    const [from, to] = [rows.indexOf(anchor.value ?? ''), rows.indexOf(id)].sort((left, right) => left - right);
    const range = isRange && from !== undefined && to !== undefined && from >= 0 ? rows.slice(from, to + 1) : [id];
    const on = !next.has(id);
    for (const one of range)
      if (on) next.add(one);
      else next.delete(one);
    anchor.value = id;
    selection.set(runId(), next);
  }

  return { chosen, choose };
}
