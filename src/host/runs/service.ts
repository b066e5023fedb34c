/** Runs as people handle them: start, pause, resume, stop, keep. One runs at a time. */
import { randomBytes } from 'node:crypto';
import type { ParsedSearchInput, RunSummaryView } from '../../bridge/schemas/records.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { Run } from '../../core/records/run.ts';
import type { RunQuery } from '../../store/store.ts';
import type { Catalog } from '../library/catalog.ts';
import { createActiveRuns } from './active-runs.ts';
import type { MachineParts } from './active-runs.ts';
import { problemOf, spaceOf } from './context.ts';
import { assertSameOrigin } from '../library/known-sources.ts';
import { planResume, planRun } from './plan.ts';
import { assertLent } from './warm-start.ts';
import type { RunPlan } from './plan.ts';
import { priorOf } from './transfer.ts';
import { noRun } from './views.ts';

export interface RunServiceParts extends MachineParts {
  readonly catalog: Catalog;
}

export type RunService = ReturnType<typeof createRunService>;

export function createRunService(parts: RunServiceParts) {
  const { catalog, executor } = parts;
  const { store } = parts.workspace;
  const machine = createActiveRuns(parts);
  const { views, alone, launch, writeDown, assertOpen } = machine;

  const start = (parsed: ParsedSearchInput, sample = false): Promise<RunSummaryView> =>
    alone(undefined, async () => {
      const plan = await planRun(catalog, parsed, executor.capacity);
      const { config, strategyVersion, sources } = plan;
      assertSameOrigin(store, config, plan.dataset, sources.teacher);
      assertLent(store, config);
      const space = spaceOf(problemOf(config, plan.places, []));
      const earlier = await priorOf(store, { config, dataset: sources.dataset }, space);
      const prior = [...plan.shipped, ...earlier];
      assertOpen();
      return launch(store.createRun({ id: newRunId(), config, strategyVersion, sample, prior, sources }), plan);
    });

  const resume = (id: string): Promise<RunSummaryView> =>
    alone(id, async () => {
      const run = outOfTrash(id);
      if (run.state === 'finished') throw ended(run, 'gone on with');
      writeDown(id);
      return launch(run, await planAgain(run));
    });

  const planAgain = (run: Run): Promise<RunPlan> => planResume(catalog, run, store.sources(run.id));

  async function pause(id: string): Promise<RunSummaryView> {
    const run = known(id);
    if (machine.has(id)) await machine.rest(id);
    else if (run.state === 'finished' || run.state === 'failed') throw ended(run, 'paused');
    else if (!writeDown(id) && run.state !== 'paused') {
      store.setRunState(id, 'paused');
      views.announce(id);
    }
    return views.get(id);
  }

  async function stop(id: string): Promise<RunSummaryView> {
    const run = outOfTrash(id);
    if (machine.has(id)) {
      await machine.stop(id);
      return views.get(id);
    }
    if (run.state === 'finished' || run.state === 'failed') throw ended(run, 'stopped');
    writeDown(id);
    await alone(id, async () => launch(run, await planAgain(run), 'stop'));
    await machine.settled(id);
    return views.get(id);
  }

  function known(id: string): Run {
    const run = store.run(id);
    if (run === undefined) throw noRun(id);
    return run;
  }

  function outOfTrash(id: string): Run {
    const { run, trashedAt } = views.get(id);
    if (trashedAt === undefined) return run;
    throw new WorkbenchError('run.state', `"${run.name}" is in the trash: restore it first.`);
  }

  function changed(id: string, change: () => void): RunSummaryView {
    known(id);
    change();
    views.announce(id);
    return views.get(id);
  }

  return {
    get: views.get,
    /** Of a search also where notes say it. */
    list: (query: RunQuery) => {
      const { rows, total } = store.runs(query);
      const ids = rows.map(({ run }) => run.id);
      return { rows: rows.map(views.viewOf), total, noteHits: store.noteHits(ids, query.search ?? '') };
    },
    start,
    pause,
    resume,
    stop,
    rename: (id: string, name: string) => changed(id, () => store.renameRun(id, name)),
    keep: (id: string) => changed(id, () => store.keepRun(id)),
    rest: machine.rest,
    /** Tells everybody how the run stands now. */
    announce: (id: string) => changed(id, () => undefined),
    active: machine.ids,
    pauseAll: machine.restAll,
    close: machine.close,
  };
}

/** Sorts by time of day, for people; unique by its last letters. */
function newRunId(): string {
  const time = new Date().toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${time}-${randomBytes(3).toString('hex')}`;
}

function ended(run: Run, verb: string): WorkbenchError {
  return new WorkbenchError('run.state', `"${run.name}" is ${run.state}: it cannot be ${verb}.`);
}
