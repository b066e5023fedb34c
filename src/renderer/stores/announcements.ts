/** What is said to a screen reader, and shown for a moment where the eye would not see it
 * otherwise. */
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';

export interface Announcement {
  readonly text: string;
  /** It is no news to whoever looks at the screen. */
  readonly isQuiet: boolean;
}

export const useAnnouncements = defineStore('announcements', () => {
  const last = shallowRef<Announcement>();

  /** What just happened in the picture, in words: heard, not shown. */
  const tell = (text: string): void => void (last.value = { text, isQuiet: true });
  /** Why a key did nothing, and the like: heard and shown. */
  const show = (text: string): void => void (last.value = { text, isQuiet: false });
  const clear = (): void => void (last.value = undefined);

  return { last, tell, show, clear };
});
