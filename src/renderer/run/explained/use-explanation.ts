/** The explanation of a run, asked again as its trials end, at a pace that leaves the machine to
 * the search. */
import { whenever } from '@vueuse/core';
import { storeToRefs } from 'pinia';
import { computed, onScopeDispose, watch } from 'vue';
import type { RunSummaryView } from '../../../bridge/schemas/records.ts';
import { useCall } from '../../api.ts';
import { useExplanations } from '../../stores/explanations.ts';
import { useLive } from '../../stores/live.ts';

/** From an answer to the next question: at least so long, and so many times as long as the answer
 * took. */
const PAUSE_MS = 4000;
const PAUSE_FACTOR = 10;

export function useExplanation(summary: () => RunSummaryView) {
  const explanations = useExplanations();
  const { synced } = storeToRefs(useLive());
  const { error, busy, call } = useCall();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let earliest = 0;
  let tried: string | undefined;
  let gone = false;

  const id = computed(() => summary().run.id);
  /** Changes when a trial is proposed or ends. */
  const state = computed(() => {
    const { finished, failed, stopped, ...others } = summary().trials;
    const open = Object.values(others).reduce((sum, count) => sum + count, 0);
    return `${id.value} ${open} ${finished} ${failed} ${stopped}`;
  });

  function plan(): void {
    const isKnown = explanations.stateOf(id.value) === state.value || tried === state.value;
    if (gone || busy.value || isKnown || timer !== undefined) return;
    timer = setTimeout(() => void ask(), Math.max(0, earliest - performance.now()));
  }

  async function ask(): Promise<void> {
    timer = undefined;
    const [run, asked, begun] = [id.value, state.value, performance.now()];
    tried = asked;
    await call(() => explanations.read(run, asked));
    const ended = performance.now();
    earliest = ended + Math.max(PAUSE_MS, PAUSE_FACTOR * (ended - begun));
    plan();
  }

  watch(state, plan, { immediate: true });
  // A question that failed for want of a connection is asked again when that is back.
  whenever(synced, () => {
    if (!error.value) return;
    tried = undefined;
    plan();
  });
  onScopeDispose(() => {
    gone = true;
    clearTimeout(timer);
  });

  return { explanation: computed(() => explanations.explanationOf(id.value)), error };
}
