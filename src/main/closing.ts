/** What happens when the person closes the window or quits: a search that runs is paused or goes on, as they say. */

export type Closing = 'quit' | 'keep' | 'stay';

/** The buttons of the question, in order; the last one is also what Escape means. */
export const CLOSING_CHOICES = [
  { label: 'Pause and quit', closing: 'quit' },
  { label: 'Keep searching', closing: 'keep' },
  { label: 'Cancel', closing: 'stay' },
] as const satisfies readonly { readonly label: string; readonly closing: Closing }[];

export const CLOSING_QUESTION = {
  message: 'A search is running.',
  detail:
    'Pause it, and go on from the same point next time? Or keep it running without a window: ' +
    'starting the workbench again brings the window back, and the program ends with the search.',
} as const;

/** `ask` gives the index of the chosen button; it is asked only while something runs. */
export async function decideClosing(activeRuns: number, ask: () => Promise<number>): Promise<Closing> {
  if (activeRuns === 0) return 'quit';
  return CLOSING_CHOICES[await ask()]?.closing ?? 'stay';
}
