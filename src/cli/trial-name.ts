/** Students as people name them: by id, or by run and number, as in `20261125-150003-f9ea68/12`. */
import { WorkbenchError } from '../core/errors.ts';
import type { Trial } from '../core/records/trial.ts';

/** For the help of a verb. */
export const TRIAL_ARGUMENT =
  'a student, as "trade show RUN" names it: RUN/12 is number 12, counted from 1 as windows do; or its id';

/** Some of a run's students in the order of their numbers. */
export type ReadTrials = (
  runId: string,
  page: { readonly offset: number; readonly limit: number },
) => readonly Trial[] | Promise<readonly Trial[]>;

/** What is no name of that form is an id. Throws `trial.missing`, or as `read` does. */
export async function trialIdOf(text: string, read: ReadTrials): Promise<string> {
  const [, run, digits] = /^([A-Za-z0-9_-]{1,64})\/#?(\d{1,9})$/.exec(text) ?? [];
  if (run === undefined) return text;
  const number = Number(digits);
  const [trial] = number < 1 ? [] : await read(run, { offset: number - 1, limit: 1 });
  if (trial) return trial.id;
  const lists = '"trade runs" lists its runs, and "trade show RUN" their students, numbered from 1.';
  throw new WorkbenchError('trial.missing', `There is no student "${text}" in this workspace: ${lists}`);
}
