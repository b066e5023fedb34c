/** The sample search of an empty workspace, followed in the terminal. */
import { failureOf, followRun, resultText } from '../host/for-shells.ts';
import type { HostClient, ProgressPrinter, RunNews } from '../host/for-shells.ts';

/**
 * Does nothing where there are runs already; a failure is told, and the workbench stays open. A
 * search that was paused and goes on is followed again. `rested`: called whenever the terminal has
 * been told how it stands.
 */
export async function runSample(
  client: HostClient,
  printer: ProgressPrinter,
  isLeaving: () => boolean,
  rested: () => void = () => undefined,
): Promise<void> {
  if ((await client.runs.list({ limit: 1 })).total > 0) return;
  let verb = 'Sample search';
  const tell = (news: RunNews): void => {
    if (news.type === 'run.started') printer.line(`${verb} "${news.summary.run.name}":`);
    if (news.type === 'run.progress') printer.progress(news.summary);
    if (news.type === 'trial.ended') printer.ended(news.trial);
  };
  try {
    let end = await followRun(client, () => client.runs.startSample(), [], tell);
    printer.clear();
    while (end !== undefined && !isLeaving()) {
      const { id, state, reason } = end.summary.run;
      if (state === 'finished') for (const text of ['', ...resultText(end), '']) printer.line(text);
      printer.line(state === 'finished' ? 'The sample search is done.' : `The sample search is ${state}.`);
      if (reason !== undefined) printer.line(reason);
      rested();
      // A finished run does not go on; any other may, by a person in the window.
      if (state === 'finished' || !(await goesOn(client, id))) return;
      verb = 'Going on with the sample search';
      end = await followRun(client, () => client.runs.get({ id }), end.trials, tell);
      printer.clear();
    }
  } catch (error) {
    printer.clear();
    // Whoever ends the program was told of the pause; the cut that follows is no fault.
    if (isLeaving()) return;
    printer.line(`The sample search did not run: ${failureOf(error).message}`);
  }
}

/** When the run is at work again; false where it is thrown away, or the host closes, before. */
async function goesOn(client: HostClient, id: string): Promise<boolean> {
  for await (const event of await client.events.watch()) {
    if (event.type === 'run.removed' && event.id === id) return false;
    if (event.type === 'run.changed' && event.summary.run.id === id && event.summary.run.state === 'running')
      return true;
    if (event.type === 'synced' && (await client.runs.get({ id })).run.state === 'running') return true;
  }
  return false;
}
