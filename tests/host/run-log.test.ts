/** The log as a window asks for it, of a run with every kind of end. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogEntryView } from '../../src/bridge/schemas/log.ts';
import type { RunSummaryView } from '../../src/bridge/schemas/records.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';
import { untilRun } from '../support/until-run.ts';

const TRIALS = 6;

describe('the log of a run', () => {
  const folder = temporaryFolder();
  let host: Host;
  let end: RunSummaryView;
  const read = (page: { from?: number; limit?: number } = {}): Promise<readonly LogEntryView[]> =>
    host.client.runs.log({ id: end.run.id, ...page });

  beforeAll(async () => {
    makeResources(folder.path);
    host = await fakeHost(folder.path, { crash: [1], nan: [2] });
    const { run } = await host.client.runs.start({
      ...{ name: 'Log', families: ['resnet', 'vit'], limits: { macs: 1_500_000 } },
      ...{ budget: { trials: TRIALS }, slots: 2 },
    });
    end = await untilRun(host.client, run.id, (summary) => summary.run.state !== 'running');
  });
  afterAll(async () => {
    await host.close();
    folder.remove();
  });

  it('proposes each student once before it tells of it once, with times that do not go back', async () => {
    const log = await read();
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_entry, index) => index));
    const times = log.map(({ at }) => at);
    expect(times).toEqual(times.toSorted());
    expect(times.every((at) => at >= end.run.createdAt && at <= (end.run.finishedAt ?? ''))).toBe(true);
    const asked = log.flatMap((entry) => (entry.type === 'asked' ? entry.proposals.map(({ trial }) => trial) : []));
    expect(asked).toEqual(Array.from({ length: TRIALS }, (_, number) => number));
    const ended = log.flatMap((entry) => ('trial' in entry ? [entry.trial] : []));
    expect(ended.toSorted()).toEqual(asked);
    const placeOf = (test: (entry: LogEntryView) => boolean): number => log.findIndex(test);
    for (const number of asked) {
      const proposed = placeOf((one) => one.type === 'asked' && one.proposals.some(({ trial }) => trial === number));
      expect(proposed).toBeLessThan(placeOf((one) => 'trial' in one && one.trial === number));
    }
  });

  it('says why, how it ended and what failed as trials do, and no more: what strategies read is large', async () => {
    const trials = await host.client.runs.trials({ id: end.run.id });
    for (const entry of await read()) {
      const place = { seq: entry.seq, at: entry.at, type: entry.type };
      if (entry.type === 'asked') {
        const proposals = entry.proposals.map(({ trial }) => {
          const { candidate, why } = trials[trial] ?? {};
          return { trial, family: candidate?.family, why };
        });
        expect(entry).toStrictEqual({ ...place, proposals });
      } else if ('trial' in entry) {
        const { trial } = entry;
        const { metrics, reason } = trials[trial] ?? {};
        expect(entry).toStrictEqual({ ...place, trial, ...(entry.type === 'told' ? { metrics } : { reason }) });
      }
    }
    expect(trials.map(({ state }) => state).filter((state) => state === 'failed')).toHaveLength(1);
    expect(trials[1]?.reason).toContain('Its last words:\n');
    expect(trials[2]?.metrics['accuracy']).toBeNaN();
  });

  it('comes in pages from a place on, and its end where none is named', async () => {
    const all = await read();
    expect(await read({ from: 2, limit: 3 })).toEqual(all.slice(2, 5));
    expect(await read({ limit: 2 })).toEqual(all.slice(-2));
    expect(await read({ limit: 1000 })).toEqual(all);
    expect(await read({ from: all.length })).toEqual([]);
  });

  it('is refused in pages that would hold the host up, and of a run that is not there', async () => {
    await expect(read({ limit: 1001 })).rejects.toMatchObject({ code: 'config.invalid' });
    await expect(read({ from: -1 })).rejects.toMatchObject({ code: 'config.invalid' });
    await expect(host.client.runs.log({ id: 'nowhere' })).rejects.toMatchObject({ code: 'run.missing' });
  });
});
