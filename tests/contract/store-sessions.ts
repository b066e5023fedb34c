/** A store to hold the contract against, over several sessions. */
import { expect, onTestFinished } from 'vitest';
import type { ErrorCode } from '../../src/core/errors.ts';
import type { WritableStore } from '../../src/store/store.ts';
import { openWorkspace } from '../../src/store/workspace.ts';
import { asked, costsOf, searchConfig } from '../support/store-records.ts';
import { temporaryFolder, tickingClock } from '../support/workspace.ts';

export interface Sessions {
  /** The first session's store, or a later one's after the first has died. */
  next(): WritableStore;
}

export function openSessions(): Sessions {
  const directory = temporaryFolder();
  const now = tickingClock();
  let close = () => {};
  onTestFinished(() => close());
  return {
    next: () => {
      // The rows are what a killed process leaves: `close` of a workspace does not touch them.
      close();
      const workspace = openWorkspace(directory, { now });
      close = workspace.close;
      return workspace.store;
    },
  };
}

export function code(expected: ErrorCode) {
  return expect.objectContaining({ code: expected });
}

export function withRun(sessions: Sessions, ...trials: readonly number[]) {
  const store = sessions.next();
  store.createRun({ id: 'run_1', config: searchConfig(), strategyVersion: 1, sample: true });
  const event = asked(...trials);
  const ids = store.recordAsked('run_1', event, costsOf(event), 3).map((trial) => trial.id);
  return { store, ids, id: ids[0] ?? '' };
}
