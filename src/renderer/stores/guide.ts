/** How far a new person is with the first steps, and whether they want to see them: kept on this
 * machine. */
import { useLocalStorage } from '@vueuse/core';
import { defineStore } from 'pinia';
import { computed } from 'vue';
import type { GuideStepId } from '../guide/steps.ts';
import { GUIDE_STEPS } from '../guide/steps.ts';

interface Kept {
  /** Undefined until it is known whether the workspace is a newcomer's. */
  readonly isShown: boolean | undefined;
  readonly done: readonly GuideStepId[];
}

const NOTHING: Kept = { isShown: undefined, done: [] };

export const useGuide = defineStore('guide', () => {
  const kept = useLocalStorage<Kept>('trade.guide', NOTHING, {
    serializer: { read, write: (value) => JSON.stringify(value) },
    ...{ writeDefaults: false, shallow: true },
    // Storage may be off; the steps then last as long as the window.
    onError: () => undefined,
  });
  const isShown = computed(() => kept.value.isShown === true);
  const isUndecided = computed(() => kept.value.isShown === undefined);
  const isDone = (id: GuideStepId): boolean => kept.value.done.includes(id);
  const current = computed(() => GUIDE_STEPS.find(({ id }) => !isDone(id))?.id);

  function show(wanted: boolean): void {
    kept.value = { ...kept.value, isShown: wanted };
  }

  /** Only while the steps are shown: who hid them, and asks for them again, begins where they
   * were. */
  function tick(...ids: readonly GuideStepId[]): void {
    const fresh = ids.filter((id) => !isDone(id));
    if (isShown.value && fresh.length > 0) kept.value = { ...kept.value, done: [...kept.value.done, ...fresh] };
  }

  /** From the start again. */
  function restart(): void {
    kept.value = { isShown: true, done: [] };
  }

  return { isShown, isUndecided, current, isDone, show, tick, restart };
});

/** What a damaged text lacks is as if it had never been. */
function read(text: string): Kept {
  try {
    // Sound: each field is looked at before it is believed.
    const { isShown, done } = JSON.parse(text) as Partial<Record<keyof Kept, unknown>>;
    const ids = Array.isArray(done) ? done : [];
    return {
      isShown: typeof isShown === 'boolean' ? isShown : undefined,
      done: GUIDE_STEPS.flatMap(({ id }) => (ids.includes(id) ? [id] : [])),
    };
  } catch {
    return NOTHING;
  }
}
