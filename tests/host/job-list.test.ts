/** Long work is told of, can be stopped from anywhere, and its end is not lost. */
import { describe, expect, it } from 'vitest';
import type { JobView } from '../../src/bridge/schemas/job.ts';
import type { HostEvent } from '../../src/bridge/schemas/records.ts';
import { WorkbenchError } from '../../src/core/errors.ts';
import { createJobList } from '../../src/host/jobs/job-list.ts';
import type { JobWork } from '../../src/host/jobs/job-list.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const IMPORT = { kind: 'import', subject: 'cats' } as const;

function open() {
  let ms = 0;
  const events: HostEvent[] = [];
  const live = { publish: (event: HostEvent) => void events.push(event) };
  const jobs = createJobList({ live, log: silent, now: () => new Date(0), clock: () => ms });
  const states = (): readonly string[] => jobs.list().map(({ state }) => state);
  return { jobs, events, states, pass: (seconds: number) => (ms += 1000 * seconds) };
}

/** Goes on until it is stopped. */
const endless: JobWork<undefined> = (_tell, signal) =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(undefined), { once: true }));

describe('jobs', () => {
  it('tell what they do and how long the stage will take, from where the stage began', async () => {
    const { jobs, pass } = open();
    let goOn = (): void => undefined;
    const { id } = jobs.start({ kind: 'teacher', subject: 'x' }, async (tell) => {
      tell({ stage: 'training', done: 50, total: 100 });
      pass(10);
      tell({ done: 60 });
      await new Promise<void>((resolve) => (goOn = resolve));
      tell({ stage: 'testing' });
      return 'x';
    });
    // 10 of 100 in 10 s, 40 to go: an earlier session did the first 50.
    expect(jobs.list()).toMatchObject([{ id, stage: 'training', done: 60, total: 100, secondsLeft: 40 }]);
    goOn();
    await expect.poll(() => jobs.list()[0]?.state).toBe('finished');
    const [ended] = jobs.list();
    expect(ended).toMatchObject({ made: 'x', stage: 'testing', done: 0, total: 0 });
    expect(ended).not.toHaveProperty('secondsLeft');
  });

  it('end when they are stopped, and stay in the list as stopped until they are dismissed', async () => {
    const { jobs, states, events } = open();
    const { id } = jobs.start(IMPORT, endless);
    expect(() => jobs.dismiss(id)).toThrow('stop it first');
    await jobs.stop(id);
    expect(states()).toEqual(['stopped']);
    await expect(jobs.stop(id)).rejects.toMatchObject({ code: 'run.state' });
    jobs.dismiss(id);
    expect([states(), events.at(-1)]).toEqual([[], { type: 'job.removed', id }]);
    const seen = events.flatMap((event) => (event.type === 'job.changed' ? [event.job.state] : []));
    expect(seen).toEqual(['running', 'stopping', 'stopped']);
  });

  it('keep the words and the field of what went wrong', async () => {
    const { jobs, states } = open();
    jobs.start(IMPORT, async () => {
      throw new WorkbenchError('dataset.corrupt', 'Cut short.', { field: 'path' });
    });
    await expect.poll(states).toEqual(['failed']);
    expect(jobs.list()[0]?.fault).toEqual({ code: 'dataset.corrupt', message: 'Cut short.', field: 'path' });
  });

  it('that somebody waits for answer, and are in the list only meanwhile', async () => {
    const { jobs, states } = open();
    expect(await jobs.track({ kind: 'speed', subject: 'x' }, async () => states())).toEqual(['running']);
    const failing = jobs.track({ kind: 'speed', subject: 'x' }, async () => {
      throw new WorkbenchError('trainer.failed', 'It died.');
    });
    await expect(failing).rejects.toThrow('It died.');
    const waiting = jobs.track({ kind: 'latency', subject: 'x' }, endless);
    const refused = expect(waiting).rejects.toMatchObject({ code: 'run.state', message: 'It was stopped.' });
    await jobs.stop((jobs.list()[0] as JobView).id); // there: it has just begun
    await refused;
    expect(states()).toEqual([]);
  });

  it('are all stopped at the close, after which none begins', async () => {
    const { jobs, states } = open();
    jobs.start(IMPORT, endless);
    jobs.start(IMPORT, endless);
    await jobs.close();
    expect(states()).toEqual(['stopped', 'stopped']);
    expect(() => jobs.start(IMPORT, endless)).toThrow('closing');
  });

  it('that ended long ago make room for those that ended since', async () => {
    const { jobs } = open();
    for (let made = 0; made < 25; made += 1) jobs.start(IMPORT, async () => String(made));
    await expect
      .poll(() => jobs.list().map(({ made }) => made))
      .toEqual(Array.from({ length: 20 }, (_, n) => String(n + 5)));
  });
});
