/** What the desktop is shown of the work under way: a fold of the host's events, tested without
 * Electron. */
import { spentWords } from '../bridge/words/progress-words.ts';
import { isUnderWay, outlivesWindow } from '../bridge/schemas/job.ts';
import type { JobView } from '../bridge/schemas/job.ts';
import type { HostEvent, RunSummaryView } from '../bridge/schemas/records.ts';
import { percentText } from '../host/for-shells.ts';

/** What runs now: searches, and the jobs that go on without a window. */
export interface Work {
  readonly runs: ReadonlyMap<string, RunSummaryView>;
  readonly jobs: ReadonlyMap<string, JobView>;
}

export interface Notice {
  readonly title: string;
  readonly body: string;
}

export const NO_WORK: Work = { runs: new Map(), jobs: new Map() };

/** As it was read at the start, or after a gap. */
export function workOf(runs: readonly RunSummaryView[], jobs: readonly JobView[]): Work {
  return {
    runs: new Map(runs.filter(isRunning).map((summary) => [summary.run.id, summary])),
    jobs: new Map(jobs.filter(outlivesWindow).map((job) => [job.id, job])),
  };
}

/** Of runs, what came of them where they are over: a gap in the events hides no end. */
export function noticesBetween(
  before: Work,
  runs: readonly RunSummaryView[],
  jobs: readonly JobView[],
): readonly Notice[] {
  return [
    ...runs.filter(({ run }) => before.runs.has(run.id)).flatMap(noticeOfRun),
    ...jobs.filter(({ id }) => before.jobs.has(id)).flatMap(noticeOfJob),
  ];
}

/** What an event makes of it, and what there is to tell; `synced` asks for a reading instead. */
export function afterEvent(work: Work, event: HostEvent): { readonly work: Work; readonly notices: readonly Notice[] } {
  switch (event.type) {
    case 'run.changed': {
      const { summary } = event;
      const runs = new Map(work.runs);
      if (isRunning(summary)) runs.set(summary.run.id, summary);
      else runs.delete(summary.run.id);
      return { work: { ...work, runs }, notices: noticesBetween(work, [summary], []) };
    }
    case 'job.changed': {
      const { job } = event;
      const jobs = new Map(work.jobs);
      if (outlivesWindow(job)) jobs.set(job.id, job);
      else jobs.delete(job.id);
      return { work: { ...work, jobs }, notices: noticesBetween(work, [], [job]) };
    }
    default:
      return { work, notices: [] };
  }
}

/** The machine is kept from falling asleep while there is something that would stop with it. */
export function keepsAwake({ runs, jobs }: Work): boolean {
  return runs.size + jobs.size > 0;
}

/** Of the bar in the taskbar, [0, 1]: the searches together, or the jobs where no search runs;
 * `busy` where nothing is counted. */
export function progressOf({ runs, jobs }: Work): number | 'busy' | undefined {
  const counted = runs.size > 0 ? [...runs.values()].flatMap(({ live }) => live ?? []) : [...jobs.values()];
  const total = counted.reduce((sum, part) => sum + part.total, 0);
  if (total > 0) return Math.min(1, counted.reduce((sum, { done }) => sum + done, 0) / total);
  return runs.size + jobs.size > 0 ? 'busy' : undefined;
}

const isRunning = ({ run }: RunSummaryView): boolean => run.state === 'running';

/** A pause is the person's own doing. */
function noticeOfRun(summary: RunSummaryView): readonly Notice[] {
  const { run, trials, score } = summary;
  if (run.state === 'failed') return [{ title: `Search failed: ${run.name}`, body: run.reason ?? '' }];
  if (run.state !== 'finished') return [];
  const best =
    score.bestAccuracy === undefined ? '' : `, the best at ${percentText(score.bestAccuracy)} validation accuracy`;
  const spent = spentWords(summary);
  const finished = `${trials.finished} ${trials.finished === 1 ? 'student' : 'students'}`;
  const students = spent === undefined ? finished : `${finished} in ${spent}`;
  return [{ title: `Search finished: ${run.name}`, body: `${students}${best}; ${score.frontSize} on the front.` }];
}

const JOB_ENDS: Partial<Readonly<Record<JobView['kind'], string>>> = {
  teacher: 'Teacher trained',
  import: 'Data set imported',
};

function noticeOfJob(job: JobView): readonly Notice[] {
  const title = JOB_ENDS[job.kind];
  if (title === undefined || isUnderWay(job) || job.state === 'stopped') return [];
  if (job.state === 'failed') return [{ title: `Failed: ${job.subject}`, body: job.fault?.message ?? '' }];
  return [{ title: `${title}: ${job.subject}`, body: '' }];
}
