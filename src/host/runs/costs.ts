/** What a run's trainings had cost by the time of each result, for a window's charts. */
import type { CostsView } from '../../bridge/schemas/records.ts';
import type { RunEvent } from '../../core/records/events.ts';
import type { SearchConfig } from '../../core/records/run.ts';
import { costsByResult } from '../../core/training-costs.ts';
import type { ReadableStore } from '../../store/store.ts';
import { logReader, readLog, readTrials } from '../slices.ts';

export async function costsOf(store: ReadableStore, id: string, config: SearchConfig): Promise<CostsView> {
  const log: RunEvent[] = [];
  await readLog(logReader(store, id), (events) => log.push(...events));
  const { epochs, seconds } = costsByResult(config, log, await readTrials(store, id));
  return { epochs: Float32Array.from(epochs), seconds: Float32Array.from(seconds) };
}
