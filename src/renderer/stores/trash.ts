/** Runs on their way into the trash and back: what was last thrown away can be undone, for a while
 * by a bar, and by Ctrl+Z. */
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { RunSummaryView } from '../../bridge/schemas/records.ts';
import { useClient } from '../api.ts';
import { formatPlural } from '../format.ts';
import { useRecords } from './records.ts';

export interface Throw {
  readonly ids: readonly string[];
  /** `“Night search”`, `3 runs` */
  readonly words: string;
}

/** Steps that can be taken back. */
const MOST_STEPS = 50;

export const useTrash = defineStore('trash', () => {
  const steps = shallowRef<readonly Throw[]>([]);
  /** Told of by the bar. */
  const shown = shallowRef<Throw>();
  const last = computed(() => steps.value.at(-1));

  async function trash(summaries: readonly RunSummaryView[]): Promise<void> {
    const [first] = summaries;
    if (first === undefined) return;
    const ids = summaries.map(({ run }) => run.id);
    useRecords().takeChanged(await useClient().runs.trash({ ids }));
    const words = summaries.length === 1 ? `“${first.run.name}”` : formatPlural(summaries.length, 'run');
    shown.value = { ids, words };
    steps.value = [...steps.value, shown.value].slice(-MOST_STEPS);
  }

  async function restore(ids: readonly string[]): Promise<void> {
    useRecords().takeChanged(await useClient().runs.restore({ ids: [...ids] }));
    forget(ids);
  }

  /** Takes the last step back; undefined where there is none. */
  async function undo(): Promise<Throw | undefined> {
    const step = last.value;
    if (step !== undefined) await restore(step.ids);
    return step;
  }

  /** What is restored, or gone for good, can be undone no more. */
  function forget(ids: readonly string[]): void {
    const gone = new Set(ids);
    steps.value = steps.value.filter((step) => !step.ids.some((id) => gone.has(id)));
    if (shown.value?.ids.some((id) => gone.has(id))) shown.value = undefined;
  }

  function hide(): void {
    shown.value = undefined;
  }

  return { shown, last, trash, restore, undo, forget, hide };
});
