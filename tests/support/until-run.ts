/** Waiting for a run of a host to come so far. */
import type { RunSummaryView } from '../../src/bridge/schemas/records.ts';
import type { Host } from '../../src/host/for-shells.ts';

export async function untilRun(
  client: Host['client'],
  id: string,
  done: (run: RunSummaryView) => boolean,
): Promise<RunSummaryView> {
  let summary = await client.runs.get({ id });
  while (!done(summary)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    summary = await client.runs.get({ id });
  }
  return summary;
}

/** It is over, or waits for somebody. */
export const left = ({ run }: RunSummaryView): boolean => run.state !== 'running';
