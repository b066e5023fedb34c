/** A run's trials come in pages: none may be lost, doubled, or made older than an event told
 * meanwhile. */
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, test } from 'vitest';
import type { BridgeClient } from '../../src/bridge/client.ts';
import { WorkbenchError } from '../../src/core/errors.ts';
import type { Trial } from '../../src/core/records/trial.ts';
import { installClient } from '../../src/renderer/api.ts';
import { fixtureRun, fixtureSummary } from '../support/gallery/fixtures.ts';
import { mockHost } from '../support/mock/mock-host.ts';
import { useRecords } from '../../src/renderer/stores/records.ts';

const fixture = fixtureRun({ id: 'a', name: 'Long', state: 'running', budget: 9, done: 9, seed: 1 });
const template = fixture.trials[0]!;
const trialOf = (number: number, changes: Partial<Trial> = {}): Trial => ({
  ...template,
  id: `a-${number}`,
  runId: 'a',
  number,
  ...changes,
});

/** `onPage` runs before each answer. */
function hostOf(trials: readonly Trial[], onPage: (offset: number) => void = () => {}): number[] {
  const base = mockHost('empty').client;
  const limits: number[] = [];
  const client: BridgeClient = {
    ...base,
    runs: {
      ...base.runs,
      get: async () => fixtureSummary(fixture),
      trials: async ({ offset = 0, limit = Infinity }) => {
        limits.push(limit);
        const page = trials.slice(offset, offset + limit);
        onPage(offset);
        return page;
      },
    },
  };
  installClient(client);
  return limits;
}

beforeEach(() => setActivePinia(createPinia()));

test.each([0, 1, 199, 200, 201, 2700, 2701, 6000])('all of %i trials are there, in order', async (count) => {
  const trials = Array.from({ length: count }, (_, number) => trialOf(number));
  const limits = hostOf(trials);
  const records = useRecords();
  await records.readRun('a');
  expect(records.trialsOf('a')?.map(({ number }) => number)).toEqual(trials.map(({ number }) => number));
  // The first page is what a window shows, not what a long run has.
  expect(limits[0]).toBeLessThanOrEqual(200);
});

test('what an event tells between two pages is neither lost nor undone, and shifts no page', async () => {
  const trials = Array.from({ length: 500 }, (_, number) => trialOf(number, { state: 'running', epochsDone: 1 }));
  const records = useRecords();
  hostOf(trials, (offset) => {
    if (offset !== 200) return;
    const told = [trialOf(300, { state: 'finished' }), trialOf(500, { state: 'queued' })];
    records.apply(told.map((trial) => ({ type: 'trial.changed', trial })));
  });
  await records.readRun('a');
  const known = records.trialsOf('a') ?? [];
  expect(known.map(({ number }) => number)).toEqual(Array.from({ length: 501 }, (_, number) => number));
  expect(known[300]?.state).toBe('finished');
});

test('an open run stays when the connection drops as it is read again, and goes when the host lacks it', async () => {
  const records = useRecords();
  let fault: WorkbenchError | undefined;
  hostOf([trialOf(0)], () => {
    if (fault) throw fault;
  });
  await records.readRun('a');
  records.putEpochs([['a-0', []]]);

  fault = new WorkbenchError('internal', 'The connection was cut.');
  await expect(records.readAgain()).rejects.toThrow(fault);
  expect(records.runOf('a')?.run.name).toBe('Long');
  expect(records.trialsOf('a')).toHaveLength(1);
  expect(records.epochsOf('a-0')).toBeDefined();

  fault = new WorkbenchError('run.missing', 'No run has this id.');
  await records.readAgain();
  expect(records.runOf('a')).toBeUndefined();
  expect(records.trialsOf('a')).toBeUndefined();
});
