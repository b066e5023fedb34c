/** How this program's trainers are started, and how long they may take. */
import { availableParallelism, loadavg } from 'node:os';
import type { HostOptions } from '../host.ts';
import { nodeBinary, processEntry } from '../processes/process-entry.ts';
import type { TrainerSettings } from './trainer-link.ts';

/** Longest silence of a trainer at work; it reports several times a second, and beats between the
 * batches of an evaluation. */
const SILENCE_MS = 120_000;
const START_MS = 60_000;
const STOP_MS = 20_000;
/** However busy a machine is, what is silent for so many times longer hangs. */
const MOST_CROWDING = 8;

/** How many programs want each processor, over the last minute. Systems that do not tell count as
 * idle. */
function machineCrowding(): number {
  const wanted = (loadavg()[0] ?? 0) / availableParallelism();
  return Math.min(MOST_CROWDING, Math.max(1, wanted));
}

export function trainerSettings(
  { node, trainer }: Pick<HostOptions, 'node' | 'trainer'>,
  { fence, folders }: Pick<TrainerSettings, 'fence' | 'folders'>,
): TrainerSettings {
  return {
    entry: trainer?.entry ?? processEntry('trainer'),
    node: nodeBinary(node),
    environment: trainer?.environment ?? {},
    silenceMs: trainer?.silenceMs ?? SILENCE_MS,
    startMs: START_MS,
    stopMs: STOP_MS,
    // Whoever says how long means it.
    ...(trainer?.silenceMs === undefined && { crowding: machineCrowding }),
    ...{ fence, folders },
  };
}
