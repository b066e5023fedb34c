/** The walk of one search: from what an earlier attempt left, epoch by epoch, to what its paths
 * count, each recorded before the next begins. */
import type { Input, Report } from '../../../compute/tasks/tasks.ts';
import type { Searched } from '../../../compute/tasks/supernet/task.ts';
import type { Supernet } from '../../../core/arch/supernet.ts';
import { messageOf, WorkbenchError } from '../../../core/errors.ts';
import { mixingSpace, stagesOf } from '../../../core/one-shot/method.ts';
import { oneShotMethod } from '../../../core/one-shot/registry.ts';
import type { EventOf, RunEvent, Search } from '../../../core/records/events.ts';
import type { TaskEnd } from '../../executors/executor.ts';
import { faultOfFile } from '../../students/checkpoint-file.ts';
import { sharedFault } from '../context.ts';
import type { RunContext } from '../context.ts';

/** A trainer that dies or hangs, or that can do nothing with what it is to go on from, gets so many
 * tries in all. */
const TRIES = 3;

export interface SearchHooks {
  /** The strategy hears of each epoch, as it does of a log that it reads. */
  readonly mixed: (event: EventOf<'mixed'>) => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * Resolves to the event that the search's end has put into the run's log, or, after `signal`, when
 * it can go on later. Throws faults that are not the search's own.
 */
export async function walkSearch(
  context: RunContext,
  search: Search,
  hooks: SearchHooks,
): Promise<RunEvent | 'interrupted'> {
  for (let attempt = 1; ; attempt += 1) {
    await dropUnsound(context, search);
    const end = await runSearch(context, search, attempt, hooks);
    switch (end.type) {
      case 'done':
        return finish(context, search, end.output);
      case 'stopped':
        return 'interrupted';
      case 'failed': {
        const fault = sharedFault(end.code, end.message);
        if (fault !== undefined) throw fault;
        if (end.code !== 'checkpoint.corrupt' || attempt === TRIES) return failSearch(context, search, end.message);
        drop(context, search, end.message);
        break;
      }
      case 'crashed':
        context.log.warn({ run: context.runId, search: search.search, message: end.message }, 'trainer crashed');
        if (hooks.signal.aborted) return 'interrupted';
        if (attempt === TRIES) return failSearch(context, search, `Tried ${TRIES} times. ${end.message}`);
    }
  }
}

function runSearch(
  context: RunContext,
  search: Search,
  attempt: number,
  { mixed, signal }: SearchHooks,
): Promise<TaskEnd<'supernet'>> {
  const jobId = `${nameOf(context, search)}-a${attempt}`;
  context.progress.stage('Getting ready to search');
  return context.executor.run(
    { kind: 'supernet', jobId, input: inputOf(context, search) },
    (news) => hear(context, search, news, mixed),
    signal,
  );
}

const nameOf = ({ runId }: RunContext, { search }: Search): string => `${runId}-supernet-${search}`;

/** Throws `internal` for a family that has none: the strategy was to ask for another. `part`: as
 * in `Family.supernet`. */
function supernetOf({ space }: Pick<RunContext, 'space'>, { family }: Search, part?: number): Supernet {
  const supernet = space.families.find(({ name }) => name === family)?.supernet?.(part);
  if (supernet !== undefined) return supernet;
  throw new WorkbenchError('internal', `The strategy searches in ${family}, which has no supernet: please report it.`);
}

/** Of each stage of its method. Throws `config.invalid` for a method, an option or a stage that
 * there cannot be. */
export function networksOf(context: Pick<RunContext, 'space'>, search: Search): Input<'supernet'>['networks'] {
  const method = oneShotMethod(search, mixingSpace(supernetOf(context, search), search.limits));
  return stagesOf(method).map(({ part }) => {
    try {
      const { graph, edges } = supernetOf(context, search, part);
      return { graph, edges };
    } catch (error) {
      const finding = `${search.method} cannot let one of ${part} channels through the paths of ${search.family}`;
      throw new WorkbenchError('config.invalid', `${finding}: ${messageOf(error)}`, {}, { cause: error });
    }
  });
}

function inputOf(context: RunContext, search: Search): Input<'supernet'> {
  const { config, store, files, runId, dataset, teacher } = context;
  const { method, options, epochs, seed, limits } = search;
  const row = store.supernets(runId).find((one) => one.search === search.search);
  // A search counts epochs, whatever trainings do, and has no body that came from elsewhere.
  const { seconds: _, trains: _all, ...recipe } = config.recipe;
  return {
    networks: networksOf(context, search),
    ...{ method, options, dataset, ...(teacher && { teacher }) },
    ...{ recipe: { ...recipe, epochs }, seed, ...(limits && { limits }) },
    ...(row && { resumeFrom: { path: files.pathOf(row.file), sha256: row.sha256 } }),
  };
}

/** A wrong file to go on from would give a wrong result in silence. */
async function dropUnsound(context: RunContext, search: Search): Promise<void> {
  const { store, files, runId } = context;
  const row = store.supernets(runId).find((one) => one.search === search.search);
  const fault = row && (await faultOfFile(files.pathOf(row.file), row));
  if (fault !== undefined) drop(context, search, `The file of its epoch ${row?.epoch} ${fault}.`);
}

function drop({ store, files, log, runId }: RunContext, { search }: Search, why: string): void {
  log.warn({ run: runId, search, why }, 'a search begins anew');
  const left = store.dropSupernet(runId, search);
  if (left !== undefined) files.remove([left]);
}

async function hear(
  context: RunContext,
  search: Search,
  news: Report<'supernet'>,
  mixed: SearchHooks['mixed'],
): Promise<void> {
  const { store, files, progress, runId, runChanged } = context;
  if (news.type === 'progress') {
    const share = news.total > 0 ? ` (${Math.floor((100 * news.done) / news.total)} %)` : '';
    progress.stage(`Search ${search.search + 1}: ${news.stage}${share}`);
    return runChanged();
  }
  const { epoch, shares, loss, checkpoint } = news;
  const sealed = await files.seal(checkpoint.path, checkpoint);
  const adopted = files.adopt(checkpoint.path, `${nameOf(context, search)}-epoch-${epoch}.safetensors`, sealed);
  const event = { type: 'mixed', search: search.search, epoch, shares, loss } as const;
  const replaced = store.keepSupernet(runId, { event, weights: adopted });
  if (replaced !== undefined) files.remove([replaced]);
  await mixed(event);
  progress.stage(`Search ${search.search + 1}: epoch ${epoch} of ${search.epochs} done`);
  runChanged();
}

/** Weights, and the log's `searched`, in one transaction. */
async function finish(context: RunContext, search: Search, searched: Searched): Promise<RunEvent> {
  const { store, files, runId } = context;
  const { epochs, mixing, cpuSeconds, checkpoint } = searched;
  const sealed = await files.seal(checkpoint.path, checkpoint);
  const adopted = files.adopt(checkpoint.path, `${nameOf(context, search)}.safetensors`, sealed);
  const event = { type: 'searched', search: search.search, mixing, cpuSeconds } as const;
  const ended = store.finishSearch(runId, { event, weights: { epoch: epochs, ...adopted } });
  files.remove(ended.files);
  return ended.event;
}

/** The strategy hears why, and that nothing was learned. */
export function failSearch({ store, files, runId }: RunContext, { search }: Search, reason: string): RunEvent {
  const event = { type: 'searched', search, mixing: [], cpuSeconds: 0, reason } as const;
  const ended = store.finishSearch(runId, { event, weights: undefined });
  files.remove(ended.files);
  return ended.event;
}
