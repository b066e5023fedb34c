/** The run that the window shows, or whose student it shows: where the palette looks for a
 * student's number first. */
import { onScopeDispose, shallowRef, watchEffect } from 'vue';
import type { Run } from '../../core/records/run.ts';

export const runHere = shallowRef<Pick<Run, 'id' | 'name' | 'config'>>();

/** Called by a view; what it says holds for as long as it is there. */
export function useRunHere(run: () => Pick<Run, 'id' | 'name' | 'config'> | undefined): void {
  let own: typeof runHere.value;
  watchEffect(() => (runHere.value = own = run()));
  onScopeDispose(() => {
    // The next view may have said so already.
    if (runHere.value === own) runHere.value = undefined;
  });
}
