/** What happens when the person closes the window or quits: a search and other long work end or go
 * on, as they say. */

export type Closing = 'quit' | 'keep' | 'stay';

/** What the buttons of a question mean, in order; the last one is also what Escape means. */
const CLOSINGS = ['quit', 'keep', 'stay'] as const satisfies readonly Closing[];

export interface ClosingQuestion {
  readonly message: string;
  readonly detail: string;
  readonly buttons: readonly [string, string, string];
}

const WITHOUT_WINDOW = 'starting the workbench again brings the window back, and the program ends with';
const OF_SEARCH: ClosingQuestion = {
  message: 'A search is running.',
  detail:
    'Pause it, and go on from the same point next time? Or keep it running without a window: ' +
    `${WITHOUT_WINDOW} the search.`,
  buttons: ['Pause and quit', 'Keep searching', 'Cancel'],
};
const OF_JOBS: ClosingQuestion = {
  message: 'Long work is under way.',
  detail:
    'Stop it? The training of a teacher goes on from its last epoch when you say so; an import begins anew. ' +
    `Or keep it running without a window: ${WITHOUT_WINDOW} the work.`,
  buttons: ['Stop and quit', 'Keep working', 'Cancel'],
};

export interface WorkUnderWay {
  readonly runs: number;
  readonly jobs: number;
}

/** `ask` gives the index of the chosen button; it is asked only while something runs. */
export async function decideClosing(
  { runs, jobs }: WorkUnderWay,
  ask: (question: ClosingQuestion) => Promise<number>,
): Promise<Closing> {
  if (runs + jobs === 0) return 'quit';
  return CLOSINGS[await ask(runs > 0 ? OF_SEARCH : OF_JOBS)] ?? 'stay';
}
