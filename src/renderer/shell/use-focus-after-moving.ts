/** After a move to another view the keyboard goes on in it, and the window's title says which it
 * is. */
import { useEventListener } from '@vueuse/core';
import { nextTick, onScopeDispose } from 'vue';
import type { Ref } from 'vue';
import { useRouter } from 'vue-router';
import { VIEWS } from '../../bridge/commands.ts';

/** A view that takes the focus without a key is not framed: the frame shows people at a keyboard
 * where they are. */
const UNFRAMED = 'data-unframed';

export function useFocusAfterMoving(main: Readonly<Ref<HTMLElement | null>>): void {
  let byKeys = false;
  useEventListener(window, 'keydown', () => (byKeys = true), { capture: true });
  useEventListener(window, 'pointerdown', () => (byKeys = false), { capture: true });

  const stop = useRouter().afterEach(async (to, from) => {
    const title = to.meta.title ?? VIEWS.find(({ id }) => id === to.name)?.title;
    document.title = `${title} · TRADE workbench`;
    // A tab of the same run, and the window's first view, leave the focus where it is.
    if (from.matched.length === 0 || (to.name === from.name && to.params['id'] === from.params['id'])) return;
    await nextTick();
    const held = document.activeElement;
    // What took the focus itself keeps it; a link of the rail that was followed does not.
    main.value?.toggleAttribute(UNFRAMED, !byKeys);
    if (held !== null && held !== document.body && main.value?.contains(held)) return;
    main.value?.focus({ preventScroll: true });
  });
  onScopeDispose(stop);
}
