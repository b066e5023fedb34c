/** What is kept as text in the browser: `read` makes sense of what was stored, whatever that is,
 * and of nothing at all. */
import { useLocalStorage } from '@vueuse/core';
import type { Ref } from 'vue';
import { shallowRef, watch } from 'vue';

/** Over a reload of this window. */
export function keptInWindow<T>(key: string, read: (stored: unknown) => T): Ref<T> {
  const storage = typeof sessionStorage === 'undefined' ? undefined : sessionStorage;
  const value = shallowRef(read(parsed(storage?.getItem(key) ?? null)));
  watch(value, (next) => storage?.setItem(key, JSON.stringify(next)));
  return value;
}

/** On this machine, for every window of it, and followed by all of them live. */
export const keptOnMachine = <T>(key: string, read: (stored: unknown) => T): Ref<T> =>
  useLocalStorage<T>(key, read(undefined), {
    serializer: { read: (text) => read(parsed(text)), write: (value) => JSON.stringify(value) },
    ...{ writeDefaults: false, shallow: true },
    // Storage may be off or full; the value then lasts as long as the window.
    onError: () => undefined,
  });

function parsed(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const testing = { parsed };
