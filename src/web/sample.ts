/** The sample search of an empty workspace, followed in the terminal. */
import { failureOf, followRun, resultText } from '../host/create-host.ts';
import type { HostClient, ProgressPrinter, RunNews } from '../host/create-host.ts';

/** Does nothing where there are runs already; a failure is told, and the workbench stays open. */
export async function runSample(client: HostClient, printer: ProgressPrinter, isLeaving: () => boolean): Promise<void> {
  if ((await client.runs.list({ limit: 1 })).total > 0) return;
  const tell = (news: RunNews): void => {
    if (news.type === 'run.started') printer.line(`Sample search "${news.summary.run.name}":`);
    if (news.type === 'run.progress') printer.progress(news.summary);
    if (news.type === 'trial.ended') printer.ended(news.trial);
  };
  try {
    const end = await followRun(client, () => client.runs.startSample(), [], tell);
    printer.clear();
    if (end === undefined || isLeaving()) return;
    const { state, reason } = end.summary.run;
    if (state === 'finished') for (const text of ['', ...resultText(end), '']) printer.line(text);
    printer.line(state === 'finished' ? 'The sample search is done.' : `The sample search is ${state}.`);
    if (reason !== undefined) printer.line(reason);
  } catch (error) {
    printer.clear();
    // Whoever ends the program was told of the pause; the cut that follows is no fault.
    if (isLeaving()) return;
    printer.line(`The sample search did not run: ${failureOf(error).message}`);
  }
}
