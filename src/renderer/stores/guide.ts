/** How far a new person is with the first steps, and whether they want to see them: kept on this
 * machine. */
import { defineStore } from 'pinia';
import { computed } from 'vue';
import { z } from '../../core/records/zod.ts';
import type { GuideStepId } from '../guide/steps.ts';
import { GUIDE_STEPS } from '../guide/steps.ts';
import { keptOnMachine } from './kept.ts';

/** What a damaged text lacks is as if it had never been. */
const keptSchema = z
  .object({
    /** Undefined until it is known whether the workspace is a newcomer's. */
    isShown: z.boolean().optional().catch(undefined),
    done: z.array(z.unknown()).catch([]),
  })
  .catch({ isShown: undefined, done: [] });

export const useGuide = defineStore('guide', () => {
  const kept = keptOnMachine('trade.guide', (stored) => {
    const { isShown, done } = keptSchema.parse(stored);
    return { isShown, done: GUIDE_STEPS.flatMap(({ id }) => (done.includes(id) ? [id] : [])) };
  });
  const isShown = computed(() => kept.value.isShown === true);
  const isUndecided = computed(() => kept.value.isShown === undefined);
  const isDone = (id: GuideStepId): boolean => kept.value.done.includes(id);
  const current = computed(() => GUIDE_STEPS.find(({ id }) => !isDone(id))?.id);

  const show = (wanted: boolean): void => void (kept.value = { ...kept.value, isShown: wanted });

  /** Only while the steps are shown: who hid them, and asks for them again, begins where they
   * were. */
  function tick(...ids: readonly GuideStepId[]): void {
    const fresh = ids.filter((id) => !isDone(id));
    if (isShown.value && fresh.length > 0) kept.value = { ...kept.value, done: [...kept.value.done, ...fresh] };
  }

  /** From the start again. */
  const restart = (): void => void (kept.value = { isShown: true, done: [] });

  return { isShown, isUndecided, current, isDone, show, tick, restart };
});
