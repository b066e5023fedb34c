/** The log of a run as its workspace has it, read beside the host. */
import type { RunEvent } from '../../src/core/records/events.ts';
import { openReadable } from '../../src/store/workspace.ts';

export function logIn(workspace: string, runId: string): readonly RunEvent[] {
  const { store, close } = openReadable(workspace);
  try {
    return store.events(runId).map(({ event }) => event);
  } finally {
    close();
  }
}
