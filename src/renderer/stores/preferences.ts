/** How the person wants the workbench: kept on this machine for every window of it, and followed by
 * all of them live. */
import { usePreferredDark } from '@vueuse/core';
import { defineStore } from 'pinia';
import { computed } from 'vue';
import { z } from '../../core/records/zod.ts';
import { keptOnMachine } from './kept.ts';

const PREFERENCE_DEFAULTS = { theme: 'system', density: 'comfortable', letterKeys: true } as const;

/** What an older or a damaged text lacks is as it was by default. */
const preferencesSchema = z
  .object({
    theme: z.enum(['system', 'light', 'dark']).catch(PREFERENCE_DEFAULTS.theme),
    density: z.enum(['comfortable', 'compact']).catch(PREFERENCE_DEFAULTS.density),
    /** Single letters are shortcuts outside of text fields. */
    letterKeys: z.boolean().catch(PREFERENCE_DEFAULTS.letterKeys),
  })
  .catch(PREFERENCE_DEFAULTS);

type Preferences = Readonly<z.output<typeof preferencesSchema>>;
export type ThemeChoice = Preferences['theme'];
export type Theme = Exclude<ThemeChoice, 'system'>;
export type Density = Preferences['density'];

const readPreferences = (stored: unknown): Preferences => preferencesSchema.parse(stored);

export const usePreferences = defineStore('preferences', () => {
  const kept = keptOnMachine('trade.preferences', readPreferences);
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

export const testing = { PREFERENCE_DEFAULTS, readPreferences };
