/** What a terminal hears of a sample search, from its start to whatever its end is. */
import { describe, expect, it } from 'vitest';
import type { HostEvent, RunSummaryView } from '../../src/bridge/schemas/records.ts';
import type { HostClient, ProgressPrinter } from '../../src/host/for-shells.ts';
import { fixtureRun } from '../support/gallery/fixtures.ts';
import { mockHost } from '../support/mock/mock-host.ts';
import { runSample } from '../../src/web/sample.ts';

type End = 'finished' | 'failed' | 'paused' | 'gone';

/** A host whose sample ends so, and everything that the terminal was told: lines, bars, endings,
 * wipes. */
async function told(
  end: End,
  { runs = 0, isLeaving = false, reason = '', later = [] as readonly End[] } = {},
): Promise<readonly string[]> {
  const { run, trials } = fixtureRun({ id: 'r', name: 'Quick', state: 'finished', budget: 3, done: 3, seed: 1 });
  const { client } = mockHost('empty');
  const of = (state: string): RunSummaryView => {
    const ended = state === 'running' || reason === '' ? {} : { reason };
    // Sound: what the followers of a run look at.
    return { run: { ...run, state, ...ended }, score: {} } as unknown as RunSummaryView;
  };
  let now = end;
  async function* events(): AsyncGenerator<HostEvent> {
    yield { type: 'synced' } as HostEvent; // its other fields are not looked at
    yield { type: 'run.changed', summary: of('running') } as HostEvent;
    const [first] = trials;
    if (first) yield { type: 'trial.changed', trial: first } as HostEvent;
    if (now === 'gone') yield { type: 'run.removed', id: run.id } as HostEvent;
    else yield { type: 'run.changed', summary: of(now) } as HostEvent;
  }
  /** Between its ends: it stands still, then somebody resumes it in the window; at last the host
   * closes. */
  const left = [...later];
  async function* standstill(): AsyncGenerator<HostEvent> {
    yield { type: 'synced' } as HostEvent;
    const next = left.shift();
    if (next === undefined) return;
    now = next;
    isAtWork = true;
    yield { type: 'run.changed', summary: of('running') } as HostEvent;
  }
  let isAtWork = true;
  let watched = 0;
  const watch = (): Promise<AsyncGenerator<HostEvent>> =>
    Promise.resolve(watched++ % 2 === 0 ? events() : standstill());
  const asked: unknown[] = [];
  const own = {
    list: (input: unknown) => {
      asked.push(input);
      return Promise.resolve({ total: runs, rows: [] });
    },
    startSample: () => {
      asked.push('start');
      return Promise.resolve(of('running'));
    },
    get: () => {
      const state = isAtWork && watched > 2 ? 'running' : now;
      isAtWork = false;
      return Promise.resolve(of(state));
    },
    trials: () => Promise.resolve(trials),
  };
  // Sound: what a sample search calls of a host is in every client.
  const host = {
    ...client,
    events: { watch },
    runs: { ...client.runs, ...own },
  } as unknown as HostClient;
  const said: string[] = [];
  const printer: ProgressPrinter = {
    line: (text) => said.push(`line ${text}`),
    ended: (trial) => said.push(`ended ${trial.number}`),
    progress: (summary) => said.push(`bar ${summary.run.state}`),
    status: (text) => said.push(`status ${text}`),
    clear: () => said.push('clear'),
  };
  await runSample(host, printer, () => isLeaving);
  expect(asked).toEqual(runs > 0 ? [{ limit: 1 }] : [{ limit: 1 }, 'start']);
  return said;
}

describe('of a sample search', () => {
  it('nothing is told where there are runs: none is started', async () => {
    expect(await told('finished', { runs: 1 })).toEqual([]);
  });

  it('the name, the bar, each student that ends, and the front between empty lines are told', async () => {
    const said = await told('finished');
    expect(said.slice(0, 6)).toEqual([
      ...['line Sample search "Quick":', 'bar running', 'ended 0', 'bar finished', 'ended 1', 'ended 2'],
    ]);
    expect(said.slice(6, 9)).toEqual(['clear', 'line ', expect.stringMatching(/^line Front of "Quick"/)]);
    expect(said.slice(-2)).toEqual(['line ', 'line The sample search is done.']);
  });

  it('a bad end is told with its reason, and no front', async () => {
    const said = await told('failed', { reason: 'The disk is full.' });
    expect(said.slice(-3)).toEqual(['clear', 'line The sample search is failed.', 'line The disk is full.']);
    expect((await told('paused')).slice(-2)).toEqual(['clear', 'line The sample search is paused.']);
    expect(said.join()).not.toContain('Front of');
  });

  it('that is resumed in the window after a pause, all is told again until it is done', async () => {
    const said = await told('paused', { later: ['paused', 'finished'] });
    const heads = said.filter((line) => line.startsWith('line ') && line.includes('ample search'));
    expect(heads).toEqual([
      ...['line Sample search "Quick":', 'line The sample search is paused.'],
      ...['line Going on with the sample search "Quick":', 'line The sample search is paused.'],
      ...['line Going on with the sample search "Quick":', 'line The sample search is done.'],
    ]);
    expect(said.filter((line) => line === 'ended 0')).toHaveLength(1);
    expect((await told('paused', { later: ['gone'] })).at(-1)).toBe('clear');
  });

  it('that was thrown away, or that its person has left, no end is told', async () => {
    expect((await told('gone')).slice(-1)).toEqual(['clear']);
    expect((await told('finished', { isLeaving: true })).slice(-1)).toEqual(['clear']);
  });
});
