/** How this program's trainers are started, and how long they may take. */
import type { HostOptions } from './host.ts';
import { nodeBinary, processEntry } from './process-entry.ts';
import type { TrainerSettings } from './trainer-link.ts';

/** Longest silence of a trainer at work; it reports several times a second, and at least once for each evaluation. */
const SILENCE_MS = 120_000;
const START_MS = 60_000;
const STOP_MS = 20_000;

export function trainerSettings(
  { node, trainer }: Pick<HostOptions, 'node' | 'trainer'>,
  fence: string,
): TrainerSettings {
  return {
    entry: trainer?.entry ?? processEntry('trainer'),
    node: nodeBinary(node),
    environment: trainer?.environment ?? {},
    silenceMs: trainer?.silenceMs ?? SILENCE_MS,
    startMs: START_MS,
    stopMs: STOP_MS,
    fence,
  };
}
