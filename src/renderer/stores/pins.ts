/** Students pinned for comparison, at most four, kept over a reload of this window. Each has a
 * place until it is unpinned, by which it has its colour; the next one takes the first free. */
import { defineStore } from 'pinia';
import { computed } from 'vue';
import { keptInWindow } from './kept.ts';

export const MOST_PINS = 4;

/** Undefined: free. */
type Places = readonly (string | undefined)[];

export const usePins = defineStore('pins', () => {
  const places = keptInWindow('trade.pins', read);
  const ids = computed<readonly string[]>(() => places.value.filter((id) => id !== undefined));

  const isFull = computed(() => ids.value.length >= MOST_PINS);

  const has = (id: string): boolean => places.value.includes(id);
  /** From 0; undefined of what is not pinned. */
  const placeOf = (id: string): number | undefined => (has(id) ? places.value.indexOf(id) : undefined);

  /** False where four are pinned already. */
  function toggle(id: string): boolean {
    if (has(id)) places.value = places.value.map((other) => (other === id ? undefined : other));
    else if (isFull.value) return false;
    else {
      const free = places.value.indexOf(undefined);
      places.value = free < 0 ? [...places.value, id] : places.value.map((held, at) => (at === free ? id : held));
    }
    return true;
  }

  function clear(): void {
    places.value = [];
  }

  function set(next: readonly string[]): void {
    places.value = next.slice(0, MOST_PINS);
  }

  return { ids, isFull, has, placeOf, toggle, clear, set };
});

/** A free place is written as null. */
const read = (stored: unknown): Places =>
  Array.isArray(stored)
    ? stored.slice(0, MOST_PINS).map((id: unknown) => (typeof id === 'string' ? id : undefined))
    : [];

export const testing = { read };
