/** A new picture takes away what is being drawn on the old one: it waits until the hand lets go. */
import { useEventListener } from '@vueuse/core';
import type { Ref } from 'vue';

export function useHand(canvas: Readonly<Ref<HTMLElement | null>>, drawLate: () => void) {
  let isDown = false;
  let isAwaited = false;
  useEventListener(canvas, 'pointerdown', () => (isDown = true));
  useEventListener(window, ['pointerup', 'pointercancel'], () => {
    isDown = false;
    if (!isAwaited) return;
    isAwaited = false;
    setTimeout(drawLate); // the chart hears of the release first
  });
  return {
    /** Whether there may be a new picture; if not, there is one once the hand has let go. */
    isAway: (): boolean => {
      isAwaited ||= isDown;
      return !isDown;
    },
  };
}
