/** Theme and density in force, for components and, as attributes of the document, for the style sheets. */
import type { ComputedRef } from 'vue';
import { computed, watchEffect } from 'vue';
import { usePreferences } from './stores/preferences.ts';
import type { Theme } from './stores/preferences.ts';

export type { Theme } from './stores/preferences.ts';

export function useTheme(): { readonly theme: ComputedRef<Theme> } {
  const preferences = usePreferences();
  return { theme: computed(() => preferences.shownTheme) };
}

/** Called once, before mounting and with a Pinia in force. */
export function installAppearance(): void {
  const preferences = usePreferences();
  const { dataset } = document.documentElement;
  watchEffect(() => {
    dataset['theme'] = preferences.shownTheme;
    dataset['density'] = preferences.density;
  });
}
