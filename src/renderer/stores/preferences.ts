/** How the person wants the workbench: kept on this machine for every window of it, and followed by
 * all of them live. */
import { useLocalStorage, usePreferredDark } from '@vueuse/core';
import { defineStore } from 'pinia';
import { computed } from 'vue';

export type ThemeChoice = 'system' | 'light' | 'dark';
export type Theme = 'light' | 'dark';
export type Density = 'comfortable' | 'compact';

export interface Preferences {
  readonly theme: ThemeChoice;
  readonly density: Density;
  /** Single letters are shortcuts outside of text fields. */
  readonly letterKeys: boolean;
}

const PREFERENCE_DEFAULTS: Preferences = { theme: 'system', density: 'comfortable', letterKeys: true };

export const usePreferences = defineStore('preferences', () => {
  const kept = useLocalStorage<Preferences>('trade.preferences', PREFERENCE_DEFAULTS, {
    serializer: { read: readPreferences, write: (preferences) => JSON.stringify(preferences) },
    writeDefaults: false,
    shallow: true,
    // Storage may be off or full; a choice then lasts as long as the window.
    onError: () => undefined,
  });
  const prefersDark = usePreferredDark();

  const preference = <Name extends keyof Preferences>(name: Name) =>
    computed<Preferences[Name]>({
      get: () => kept.value[name],
      set: (value) => (kept.value = { ...kept.value, [name]: value }),
    });

  const theme = preference('theme');
  /** The theme in force: the person's, or what the system says, live. */
  const shownTheme = computed<Theme>(() =>
    theme.value === 'system' ? (prefersDark.value ? 'dark' : 'light') : theme.value,
  );

  return { theme, shownTheme, density: preference('density'), letterKeys: preference('letterKeys') };
});

/** What an older or a damaged text lacks is as it was by default. */
function readPreferences(text: string): Preferences {
  let stored: Partial<Record<keyof Preferences, unknown>> = {};
  try {
    // Sound: every field is looked at below before it is believed.
    stored = (JSON.parse(text) ?? {}) as typeof stored;
  } catch {
    return PREFERENCE_DEFAULTS;
  }
  const { theme, density, letterKeys } = stored;
  return {
    theme: theme === 'light' || theme === 'dark' ? theme : PREFERENCE_DEFAULTS.theme,
    density: density === 'compact' ? density : PREFERENCE_DEFAULTS.density,
    letterKeys: typeof letterKeys === 'boolean' ? letterKeys : PREFERENCE_DEFAULTS.letterKeys,
  };
}

export const testing = { PREFERENCE_DEFAULTS, readPreferences };
