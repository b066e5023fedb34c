/** Students pinned for comparison, at most four, kept over a reload of this window. */
import { defineStore } from 'pinia';
import { keptInWindow } from './kept.ts';

export const MOST_PINS = 4;

export const usePins = defineStore('pins', () => {
  const ids = keptInWindow('trade.pins', read);

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

const read = (stored: unknown): readonly string[] =>
  Array.isArray(stored) ? stored.filter((id): id is string => typeof id === 'string').slice(0, MOST_PINS) : [];
