/** What the rows of a table say, for its search: written while nothing else is to be done, so that
 * the first key finds it. */
import { computed, onScopeDispose, watch } from 'vue';
import type { ComputedRef } from 'vue';
import type { Trial } from '../../../core/records/trial.ts';
import { useCatalog } from '../../stores/catalog.ts';
import type { TrialColumn } from './trial-columns.ts';
import { rowTexts } from './trial-order.ts';

/** A frame is not to be missed for it. */
const LEAST_IDLE_MS = 2;

export function useRowTexts(
  columns: readonly TrialColumn[],
  trials: () => readonly Trial[],
  front: () => ReadonlySet<string>,
): ComputedRef<(trial: Trial) => string> {
  const catalog = useCatalog();
  /** The same text while the same students are on it. */
  const onFront = computed(() => [...front()].join(' '));
  // Anew when the catalog's names have come, and when another student is on the front.
  const textOf = computed(() => (catalog.datasets, onFront.value, rowTexts(columns)));
  let waiting: number | undefined;

  function stop(): void {
    if (waiting !== undefined) cancelIdleCallback(waiting);
    waiting = undefined;
  }

  function write(some: readonly Trial[], from = 0): void {
    waiting = requestIdleCallback((idle) => {
      let at = from;
      for (; at < some.length && idle.timeRemaining() > LEAST_IDLE_MS; at += 1) {
        const trial = some[at];
        if (trial) textOf.value(trial);
      }
      waiting = undefined;
      if (at < some.length) write(some, at);
    });
  }

  watch(
    [trials, textOf],
    ([some]) => {
      stop();
      write(some);
    },
    { immediate: true },
  );
  onScopeDispose(stop);
  return textOf;
}
