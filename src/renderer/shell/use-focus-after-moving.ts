/** After a move to another view the keyboard goes on in it, and the window's title says which it is. */
import { nextTick, onScopeDispose } from 'vue';
import type { Ref } from 'vue';
import { useRouter } from 'vue-router';
import { VIEWS } from '../../bridge/commands.ts';

const TITLES: ReadonlyMap<unknown, string> = new Map([
  ...VIEWS.map(({ id, title }): [string, string] => [id, title]),
  ['run', 'Run'],
  ['student', 'Student'],
]);

export function useFocusAfterMoving(main: Readonly<Ref<HTMLElement | null>>): void {
  const stop = useRouter().afterEach(async (to, from) => {
    const title = TITLES.get(to.name);
    document.title = title === undefined ? 'TRADE workbench' : `${title} · TRADE workbench`;
    // A tab of the same run, and the window's first view, leave the focus where it is.
    if (from.matched.length === 0 || (to.name === from.name && to.params['id'] === from.params['id'])) return;
    await nextTick();
    const held = document.activeElement;
    // What took the focus itself keeps it; a link of the rail that was followed does not.
    if (held === null || held === document.body || !main.value?.contains(held))
      main.value?.focus({ preventScroll: true });
  });
  onScopeDispose(stop);
}
