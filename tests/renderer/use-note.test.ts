import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { effectScope } from 'vue';
import type { EffectScope } from 'vue';
import { useNote } from '../../src/renderer/notes/use-note.ts';
import { useLive } from '../../src/renderer/stores/live.ts';

const kept = new Map<string, string>();
let scope: EffectScope;
/** What the host has, and whether it can be reached. */
let host: { note: string; isCut: boolean };

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
  kept.clear();
  setActivePinia(createPinia());
  useLive().synced = true;
  host = { note: 'before', isCut: false };
  scope = effectScope();
});
afterEach(() => {
  scope.stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const reach = async <T>(work: () => T): Promise<T> => {
  if (host.isCut) throw new Error('The line is cut.');
  return work();
};
// An open scope runs.
const use = () =>
  scope.run(() =>
    useNote({ id: 'a', read: () => reach(() => host.note), write: (note) => reach(() => void (host.note = note)) }),
  )!;
const pass = (): Promise<unknown> => vi.advanceTimersByTimeAsync(1000);

async function cut(): Promise<void> {
  host.isCut = true;
  useLive().synced = false;
  await pass();
}
async function mend(): Promise<void> {
  host.isCut = false;
  useLive().synced = true;
  await pass();
}

test('what was typed while the connection was down is saved when it is back, with no key pressed', async () => {
  const note = use();
  await pass();
  await cut();
  note.type('before, and more');
  await pass();
  expect([note.state.value, host.note]).toEqual(['unsaved', 'before']);
  await mend();
  expect([note.state.value, note.error.value, host.note]).toEqual(['saved', undefined, 'before, and more']);
  expect(kept.size).toBe(0);
});

test('a note that could not be read is read when the connection is back', async () => {
  await cut();
  const note = use();
  await pass();
  expect([note.text.value, note.error.value?.message]).toEqual([undefined, expect.stringMatching(/./)]);
  await mend();
  expect([note.text.value, note.state.value]).toEqual(['before', 'saved']);
});

test('a word that was typed before a reload wins over what the host had, and reaches it', async () => {
  kept.set('trade.note.a', 'typed last');
  const note = use();
  await pass();
  expect([note.text.value, host.note]).toEqual(['typed last', 'typed last']);
});
