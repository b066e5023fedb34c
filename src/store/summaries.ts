/** What is said alike of runs and trials. */
import type { RunScore } from '../core/records/summary.ts';

/** Said of what a session left running that ended without saying so. */
export const CUT_OFF = 'The workbench ended while it ran; it can go on from its last checkpoint.';

export const EMPTY_SCORE: RunScore = {
  bestAccuracy: undefined,
  frontSize: 0,
  hypervolume: 0,
  history: [],
  historyStep: 1,
};

/** Names are searched without regard to case, in every alphabet (SQLite's own folding knows ASCII
 * only). */
export function foldName(name: string): string {
  return name.toLowerCase();
}

/** Letters of a note that are told before and behind what was found in it. */
const [BEFORE, BEHIND] = [40, 80];

/** On one line; undefined where the note does not say it. */
export function noteSnippet(note: string, search: string): string | undefined {
  const [folded, wanted] = [foldName(note), foldName(search)];
  const at = wanted === '' ? -1 : folded.indexOf(wanted);
  if (at < 0) return undefined;
  const start = Math.max(0, unfold(note, at) - BEFORE);
  const end = unfold(note, at + wanted.length) + BEHIND;
  const line = note.slice(start, end).replaceAll(/\s+/g, ' ').trim();
  return `${start > 0 ? '…' : ''}${line}${end < note.length ? '…' : ''}`;
}

/** Where in `text` stands what is at `at` once it is folded: that makes some letters longer (İ). */
function unfold(text: string, at: number): number {
  if (foldName(text).length === text.length) return at;
  let [place, folded] = [0, 0];
  for (const letter of text) {
    folded += foldName(letter).length;
    if (folded > at) break;
    place += letter.length;
  }
  return place;
}

/** In the order of their letters, whatever their case; the same in every language of the system. */
export function byLetters(left: string, right: string): number {
  const [a, b] = [foldName(left), foldName(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}
