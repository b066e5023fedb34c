/** Where notes on runs and on students are read from and written to. */
import { computed } from 'vue';
import type { ComputedRef } from 'vue';
import { useClient } from '../api.ts';
import type { NoteSource } from './use-note.ts';

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
