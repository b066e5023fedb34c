/** Theme and density in force, for components and, as attributes of the document, for the style
 * sheets. */
import type { ComputedRef } from 'vue';
import { computed, watchEffect } from 'vue';
import { usePreferences } from './stores/preferences.ts';
import type { Density, Theme } from './stores/preferences.ts';

export type { Theme } from './stores/preferences.ts';

export function useTheme(): { readonly theme: ComputedRef<Theme> } {
  const preferences = usePreferences();
  return { theme: computed(() => preferences.shownTheme) };
}

/** Of the rows of a virtual list, in pixels: it must know them before they are drawn. */
const ROW_HEIGHTS = {
  plain: { comfortable: 30, compact: 24 },
  /** With a bar and a drawing in it. */
  tall: { comfortable: 40, compact: 30 },
} as const satisfies Readonly<Record<string, Readonly<Record<Density, number>>>>;

export function useRowHeight(kind: keyof typeof ROW_HEIGHTS): ComputedRef<number> {
  const preferences = usePreferences();
  return computed(() => ROW_HEIGHTS[kind][preferences.density]);
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
