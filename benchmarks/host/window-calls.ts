/** What a window asks of the host when a person goes through the workbench: every view, list,
 * filter, order and page. */
import type { BridgeClient } from '../../src/bridge/client.ts';
import type { Trial } from '../../src/core/records/trial.ts';
import { RUN_ORDERS } from '../../src/core/records/run-list.ts';

/** Slowest answer by what was asked for, in milliseconds. */
export type AnswerTimes = Map<string, number>;

export interface WindowTask {
  readonly client: BridgeClient;
  /** The largest run of the workspace. */
  readonly largest: string;
  readonly times: AnswerTimes;
}

/** As the page reads a list of runs and the trials of one (renderer/stores/records.ts). */
const RUN_PAGE = 60;
const FIRST_TRIALS = 200;
const MORE_TRIALS = 1000;
const CURVES = 50;

/** One walk through everything. */
export async function walkThrough({ client, largest, times }: WindowTask): Promise<void> {
  const { runs, trials, fronts, review, library, system, space } = client;

  async function timed<T>(name: string, ask: () => Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await ask();
    } finally {
      times.set(name, Math.max(times.get(name) ?? 0, performance.now() - started));
    }
  }

  const page = await timed('runs.list', () => runs.list({ limit: RUN_PAGE }));
  await timed('runs.list, 200', () => runs.list({ limit: 200 }));
  await timed('runs.facets', () => runs.facets());
  await timed('views.list', () => client.views.list());
  await timed('jobs.list', () => client.jobs.list());
  for (const by of RUN_ORDERS) {
    const order = { by, descending: true };
    await timed(`runs.list, by ${by}`, () => runs.list({ limit: RUN_PAGE, order }));
  }
  await timed('runs.list, filtered', () => runs.list({ limit: RUN_PAGE, states: ['finished'], search: 'night' }));
  await timed('runs.sizes', () => runs.sizes({ ids: page.rows.map(({ run }) => run.id) }));

  const rows: Trial[] = [];
  await timed('runs.get', () => runs.get({ id: largest }));
  for (let limit = FIRST_TRIALS; ; limit = MORE_TRIALS) {
    const offset = rows.length;
    const some = await timed(`runs.trials, ${limit}`, () => runs.trials({ id: largest, offset, limit }));
    rows.push(...some);
    if (some.length < limit) break;
  }
  for (let start = 0; start < 200; start += CURVES) {
    const ids = rows.slice(start, start + CURVES).map(({ id }) => id);
    await timed(`trials.epochs, ${CURVES} curves`, () => trials.epochs({ ids }));
  }
  const finished = rows.find(({ state }) => state === 'finished');
  if (finished !== undefined) {
    const { id } = finished;
    await timed('trials.get', () => trials.get({ id }));
    await timed('review.twins', () => review.twins({ id }));
    await timed('review.checkpoints', () => review.checkpoints({ id }));
    await timed('trials.setNote', () => trials.setNote({ id, note: 'looked at' }));
    await timed('trials.note', () => trials.note({ id }));
  }
  await timed('runs.setNote', () => runs.setNote({ id: largest, note: `looked at, ${Date.now()}` }));
  await timed('runs.tag', () => runs.tag({ ids: [largest], add: ['looked at'], remove: [] }));
  await timed('runs.explain', () => runs.explain({ id: largest }));

  const groups = await timed('fronts.groups', () => fronts.groups());
  for (const { key } of groups.slice(0, 1)) await timed('fronts.points', () => fronts.points({ group: key }));

  await timed('catalog', () =>
    Promise.all([
      client.catalog.datasets(),
      client.catalog.teachers(),
      client.catalog.strategies(),
      client.catalog.families({ dataset: 'fashion-mnist' }),
    ]),
  );
  await timed('runs.preview', () => runs.preview({ name: 'preview', budget: { trials: 50 } }));
  await timed('runs.preview, learning from the largest', () =>
    runs.preview({ name: 'preview', strategy: { id: 'trade' }, transferFrom: [largest], budget: { trials: 50 } }),
  );
  await timed('library.records', () => library.records());
  await timed('library.samples', () =>
    library.samples({ name: 'fashion-mnist', split: 'train', offset: 0, limit: 100 }),
  );
  await timed('replays.list', () => client.replays.list());
  await timed('system.sizes', () => system.sizes());
  await timed('system.diagnostics', () => system.diagnostics());
  await timed('backups.list', () => client.backups.list());
  await timed('space.waste', () => space.waste());
  await timed('system.doctor', () => system.doctor());
}
