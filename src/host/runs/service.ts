/** Runs as people handle them: start, queue, pause, resume, stop, keep. One runs at a time. */
import { ofRun } from '../../bridge/config/sweep.ts';
import type { QueueView } from '../../bridge/schemas/queue.ts';
import type { ParsedSearchInput, RunSummaryView } from '../../bridge/schemas/records.ts';
import { ERROR_KINDS, WorkbenchError } from '../../core/errors.ts';
import type { Run } from '../../core/records/run.ts';
import type { NewRun, RunQuery } from '../../store/store.ts';
import type { Catalog } from '../library/catalog.ts';
import { createActiveRuns } from './active-runs.ts';
import type { MachineParts } from './active-runs.ts';
import { problemOf, spaceOf } from './context.ts';
import { checkDatasetFiles } from '../library/dataset-files.ts';
import { assertSameOrigin } from '../library/known-sources.ts';
import { planResume, planRun } from './plan.ts';
import { assertLent } from './warm-start.ts';
import type { RunPlan } from './plan.ts';
import { createRunQueue } from './queue.ts';
import { newRunId } from './run-id.ts';
import { priorOf } from './transfer.ts';
import { noRun } from './views.ts';

export interface RunServiceParts extends MachineParts {
  readonly catalog: Catalog;
}

export type RunService = ReturnType<typeof createRunService>;

export function createRunService(parts: RunServiceParts) {
  const { catalog, executor } = parts;
  const { store } = parts.workspace;
  const machine = createActiveRuns(parts, {
    changed: () => void queue.tell(),
    left: (id, { fault, unwritten }) => {
      const isShared = fault !== undefined && ERROR_KINDS[fault] !== 'input';
      if (isShared) queue.hold(`"${store.run(id)?.name}" was paused: ${unwritten ?? store.run(id)?.reason}`);
      void queue.next();
    },
  });
  const { views, announce, alone, launch, writeDown, assertOpen } = machine;
  const queue = createRunQueue({ ...parts, ...machine, store, begin: goOnWith });

  /** What is asked for, checked whole; nothing is written yet. */
  async function prepare(
    parsed: ParsedSearchInput,
    sample: boolean,
    checkFiles = checkDatasetFiles,
  ): Promise<{ plan: RunPlan; run: Omit<NewRun, 'id'> }> {
    const plan = await planRun(catalog, parsed, executor.capacity, { checkFiles });
    const { config, strategyVersion, sources } = plan;
    assertSameOrigin(store, config, plan.dataset, sources.teacher);
    assertLent(store, config);
    const space = spaceOf(problemOf(config, plan.places, []));
    const earlier = await priorOf(store, { config, dataset: sources.dataset }, space);
    const prior = [...plan.shipped, ...earlier];
    return { plan, run: { config, strategyVersion, sample, prior, sources } };
  }

  const isKnown = (id: string): boolean => store.run(id) !== undefined;

  const start = (parsed: ParsedSearchInput, sample = false): Promise<RunSummaryView> =>
    alone(undefined, async () => {
      const { plan, run } = await prepare(parsed, sample);
      assertOpen();
      return launch(store.createRun({ id: newRunId(isKnown), ...run }), plan);
    });

  /** Runs that begin in turn, all or none. Throws what a start of the first that is refused
   * throws, with its name where there are several. */
  async function enqueue(searches: readonly ParsedSearchInput[], tags: readonly string[]) {
    const made: Omit<NewRun, 'id'>[] = [];
    const checked = new Map<string, ReturnType<typeof checkDatasetFiles>>();
    const checkOnce: typeof checkDatasetFiles = (directory, card) => {
      const known = checked.get(directory) ?? checkDatasetFiles(directory, card);
      checked.set(directory, known);
      return known;
    };
    for (const [index, parsed] of searches.entries()) {
      const { run } = await prepare(parsed, false, checkOnce).catch((error: unknown) => {
        const count = searches.length;
        throw count === 1 ? error : ofRun(error, { index, count, name: parsed.name });
      });
      made.push(run);
    }
    assertOpen();
    const ids = new Set<string>();
    while (ids.size < made.length) ids.add(newRunId((id) => ids.has(id) || isKnown(id)));
    const drawn = [...ids];
    const created = store.queueNewRuns(
      made.map((run, index) => ({ id: drawn[index] ?? '', ...run })),
      tags,
    );
    created.forEach(({ id }) => announce(id));
    void queue.next();
    return created.map(({ id }) => views.get(id));
  }

  /** Throws where it cannot be gone on with. */
  function open(id: string): Run {
    const run = outOfTrash(id);
    if (run.state === 'finished') throw ended(run, 'gone on with');
    return run;
  }

  function goOnWith(id: string): Promise<RunSummaryView> {
    return alone(id, async () => {
      const run = open(id);
      writeDown(id);
      return launch(run, await planAgain(run));
    });
  }

  function resume(id: string): Promise<RunSummaryView> {
    queue.forgetPause();
    return goOnWith(id);
  }

  /** Pauses what runs, which is the next one from then on, and goes on with this one. */
  function jump(id: string): Promise<RunSummaryView> {
    const rest = async (): Promise<string | undefined> => {
      const [other] = machine.ids();
      if (other === undefined || other === id) return undefined;
      // Before anything is paused for it.
      const { name } = open(id);
      await machine.rest(other, `It made room for "${name}".`);
      return other;
    };
    return queue.jump(id, rest, () => resume(id));
  }

  /** Of runs that can be gone on with. */
  function wait(ids: readonly string[]): QueueView {
    for (const id of ids) {
      const run = outOfTrash(id);
      const mayWait = run.state === 'paused' || run.state === 'interrupted';
      if (machine.has(id) || !mayWait) throw ended(run, 'put into the queue');
    }
    return queue.add(ids);
  }

  const planAgain = (run: Run): Promise<RunPlan> => planResume(catalog, run, store.sources(run.id));

  async function pause(id: string): Promise<RunSummaryView> {
    const run = known(id);
    if (machine.has(id)) {
      queue.holdForPause(run.name);
      await machine.rest(id);
    } else if (run.state === 'finished' || run.state === 'failed') throw ended(run, 'paused');
    else if (!writeDown(id) && run.state !== 'paused') {
      store.setRunState(id, 'paused');
      announce(id);
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
    announce(id);
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
    enqueue,
    queue: { ...queue, add: wait, jump },
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

function ended(run: Run, verb: string): WorkbenchError {
  return new WorkbenchError('run.state', `"${run.name}" is ${run.state}: it cannot be ${verb}.`);
}
