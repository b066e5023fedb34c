/**
 * A note that is saved as one types. What was typed and has not reached the host yet is kept in the
 * window, so that a reload, a lost connection or leaving the view in the middle of a word loses
 * nothing.
 */
import { useDebounceFn, whenever } from '@vueuse/core';
import { storeToRefs } from 'pinia';
import { computed, onScopeDispose, shallowRef } from 'vue';
import type { ComputedRef } from 'vue';
import { toWorkbenchError } from '../../bridge/errors.ts';
import { useClient } from '../api.ts';
import type { WorkbenchError } from '../../core/errors.ts';
import { useLive } from '../stores/live.ts';

const SAVE_MS = 400;

export interface NoteSource {
  /** Of whom: a run's or a student's id. */
  readonly id: string;
  read(): Promise<string>;
  write(note: string): Promise<void>;
}

/** Of a run or of a student. */
export function useNoteSource(kind: 'runs' | 'trials', id: () => string): ComputedRef<NoteSource> {
  const client = useClient();
  return computed(() => {
    const of = id();
    return {
      id: of,
      read: async () => (await client[kind].note({ id: of })).note,
      write: (note) => client[kind].setNote({ id: of, note }),
    };
  });
}

export function useNote({ id, read, write }: NoteSource) {
  const key = `trade.note.${id}`;
  const text = shallowRef<string>();
  const saved = shallowRef<string>();
  const error = shallowRef<WorkbenchError>();
  let writing: Promise<void> | undefined;

  const state = computed(() => {
    if (text.value === undefined) return 'reading';
    if (text.value === saved.value) return 'saved';
    return error.value === undefined ? 'saving' : 'unsaved';
  });

  async function load(): Promise<void> {
    error.value = undefined;
    try {
      saved.value = await read();
      // What was typed last in this window is newer than what the host has.
      text.value ??= sessionStorage.getItem(key) ?? saved.value;
      if (text.value !== saved.value) await save();
    } catch (thrown) {
      error.value = toWorkbenchError(thrown);
    }
  }

  /** One write at a time, the latest text last. */
  async function save(): Promise<void> {
    if (writing !== undefined) return writing;
    writing = (async () => {
      while (text.value !== undefined && text.value !== saved.value) {
        const next = text.value;
        await write(next);
        saved.value = next;
      }
      sessionStorage.removeItem(key);
      error.value = undefined;
    })();
    try {
      await writing;
    } catch (thrown) {
      error.value = toWorkbenchError(thrown);
    } finally {
      writing = undefined;
    }
  }

  const saveSoon = useDebounceFn(save, SAVE_MS);

  function type(next: string): void {
    text.value = next;
    sessionStorage.setItem(key, next);
    void saveSoon();
  }

  void load();
  // What a lost connection kept from the host, or from here, goes over when it is back, typed in
  // again or not.
  whenever(storeToRefs(useLive()).synced, () => {
    if (error.value !== undefined) void (text.value === undefined ? load() : save());
  });
  onScopeDispose(() => void save());
  return { text, state, error, type, save, load };
}
