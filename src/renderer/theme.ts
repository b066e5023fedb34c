/** Light or dark: what the person chose (kept in localStorage), or what the system says, live. */
import { computed, readonly, ref, watchEffect } from 'vue';

export type ThemeChoice = 'system' | 'light' | 'dark';
export type Theme = 'light' | 'dark';

const KEY = 'trade.theme';
const systemDark = typeof matchMedia === 'function' ? matchMedia('(prefers-color-scheme: dark)') : undefined;

const choice = ref<ThemeChoice>(storedChoice());
const prefersDark = ref(systemDark?.matches ?? false);
const theme = computed<Theme>(() =>
  choice.value === 'system' ? (prefersDark.value ? 'dark' : 'light') : choice.value,
);

export function useTheme() {
  return { choice: readonly(choice), theme, choose };
}

/** Follows the system, and writes the theme in force where the style sheets read it. Called once, before mounting. */
export function installTheme(): void {
  systemDark?.addEventListener('change', (event) => (prefersDark.value = event.matches));
  watchEffect(() => (document.documentElement.dataset['theme'] = theme.value));
}

function choose(next: ThemeChoice): void {
  choice.value = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // Storage may be off; the choice then lasts as long as the window.
  }
}

function storedChoice(): ThemeChoice {
  try {
    const stored = localStorage.getItem(KEY);
    return stored === 'light' || stored === 'dark' ? stored : 'system';
  } catch {
    return 'system';
  }
}
