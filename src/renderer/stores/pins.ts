/** Students pinned for comparison, at most four, kept over a reload of this window. */
import { defineStore } from 'pinia';
import { ref, watch } from 'vue';

export const MOST_PINS = 4;
const KEY = 'trade.pins';

export const usePins = defineStore('pins', () => {
  const ids = ref<readonly string[]>(stored());
  watch(ids, (next) => sessionStorage.setItem(KEY, JSON.stringify(next)));

  const has = (id: string): boolean => ids.value.includes(id);

  /** False where four are pinned already. */
  function toggle(id: string): boolean {
    if (has(id)) ids.value = ids.value.filter((other) => other !== id);
    else if (ids.value.length >= MOST_PINS) return false;
    else ids.value = [...ids.value, id];
    return true;
  }

  function clear(): void {
    ids.value = [];
  }

  function set(next: readonly string[]): void {
    ids.value = next.slice(0, MOST_PINS);
  }

  return { ids, has, toggle, clear, set };
});

function stored(): readonly string[] {
  if (typeof sessionStorage === 'undefined') return [];
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? '[]');
    return Array.isArray(value) ? value.filter((id): id is string => typeof id === 'string').slice(0, MOST_PINS) : [];
  } catch {
    return [];
  }
}
