/** A teacher that is judged by its data set's own images before it is kept: an answer belongs to
 * what was asked, and what is left leaves nothing at the host. */
import { computed, shallowRef, watch } from 'vue';
import { useClient } from '../api.ts';
import type { JobView } from '../../bridge/schemas/job.ts';
import type { JudgedTeacherView } from '../../bridge/schemas/teacher-import.ts';
import type { useSchemaForm } from '../form/use-schema-form.ts';
import type { useJob } from '../jobs/use-job.ts';

export interface Judged {
  readonly id: string;
  /** What was judged, as text. */
  readonly order: string;
  readonly view: JudgedTeacherView;
}

export interface JudgingParts {
  readonly form: Pick<ReturnType<typeof useSchemaForm>, 'call' | 'error' | 'touchAll'>;
  readonly work: ReturnType<typeof useJob>;
  /** All that an answer depends on, as text; undefined while anything is missing or wrong. */
  readonly order: () => string | undefined;
  readonly begin: () => Promise<JobView>;
  /** What it is to be called. */
  readonly names: () => { readonly name: string; readonly title?: string | undefined } | undefined;
}

export function useJudging({ form: { call, error, touchAll }, work, order, begin, names }: JudgingParts) {
  const { teachers, jobs } = useClient();
  const { job, isUnderWay } = work;
  const judged = shallowRef<Judged>();
  /** Of what is being judged. */
  let asked = '';
  /** Of looks at the dialog: an answer to one before is nobody's. */
  let look = 0;

  /** It is the answer to what stands in the form now. */
  const isCurrent = computed(() => judged.value !== undefined && judged.value.order === order());

  function forgetJudged(): void {
    if (judged.value !== undefined) teachers.forget({ id: judged.value.id }).catch(() => undefined);
    judged.value = undefined;
  }

  async function judge(): Promise<void> {
    touchAll();
    const [what, own] = [order(), look];
    if (what === undefined) return;
    work.forget();
    asked = what;
    const begun = await call(begin);
    if (own === look) {
      if (begun !== undefined) work.follow(begun);
      return;
    }
    error.value = undefined;
    if (begun !== undefined) jobs.stop({ id: begun.id }).catch(() => undefined);
  }

  watch(job, async (now) => {
    if (now?.state === 'stopped') work.forget();
    if (now?.state !== 'finished' || now.made === undefined) return;
    const [id, answered] = [now.made, asked];
    const view = await call(() => teachers.judged({ id }));
    work.forget();
    if (view === undefined) return;
    forgetJudged();
    judged.value = { id, order: answered, view };
  });

  /** Gives the teacher's name. */
  async function keep(): Promise<string | undefined> {
    touchAll();
    const [called, held] = [names(), judged.value];
    if (called === undefined || held === undefined || !isCurrent.value) return undefined;
    const { name, title } = called;
    const isKept = await call(async () => {
      await teachers.keep({ id: held.id, name, ...(title !== undefined && { title }) });
      return true;
    });
    if (isKept !== true) return undefined;
    judged.value = undefined;
    return name;
  }

  /** Nothing goes on, and nothing is held. */
  function leave(): void {
    look += 1;
    if (isUnderWay.value) work.stop().catch(() => undefined);
    else work.forget();
    forgetJudged();
    error.value = undefined;
  }

  /** What it is made of is another now. */
  function startAnew(): void {
    work.forget();
    forgetJudged();
    error.value = undefined;
  }

  return { judged, isCurrent, judge, keep, leave, startAnew };
}

/** What its dialog has to know of one. */
export type Judging = Pick<ReturnType<typeof useJudging>, 'judged' | 'isCurrent' | 'judge' | 'keep'> &
  Pick<ReturnType<typeof useJob>, 'job' | 'isUnderWay' | 'stop'> & {
    readonly form: Pick<ReturnType<typeof useSchemaForm>, 'busy' | 'call' | 'general'>;
  };
