/** Several teachers of one data set on their way to becoming one: judged together before they are
 * kept as one. */
import { computed, onScopeDispose, watch } from 'vue';
import { useClient } from '../api.ts';
import { combineFormSchema } from '../../bridge/schemas/teacher-import.ts';
import type { TeacherView } from '../../bridge/schemas/records.ts';
import { useSchemaForm } from '../form/use-schema-form.ts';
import { useJob } from '../jobs/use-job.ts';
import { useJudging } from './use-judging.ts';

export const PREFIX = 'combined';

/** Those that can be members, by the data set that they know; none of sets with fewer than two. */
export function membersByDataset(teachers: readonly TeacherView[]): ReadonlyMap<string, readonly TeacherView[]> {
  const able = Map.groupBy(
    teachers.filter(({ kind }) => kind !== 'ensemble'),
    ({ dataset }) => dataset,
  );
  return new Map([...able].filter(([, members]) => members.length > 1));
}

export function useCombinedTeachers() {
  const { teachers } = useClient();
  const work = useJob();
  const form = useSchemaForm(combineFormSchema, PREFIX, () => work.job.value?.fault);
  /** Its names can still be changed. */
  const order = computed(() => {
    if (form.input.value === undefined) return undefined;
    const { name: _name, title: _title, ...rest } = form.input.value;
    return rest;
  });
  const judging = useJudging({
    ...{ form, work },
    order: () => order.value && JSON.stringify(order.value),
    begin: async () => {
      if (order.value === undefined) throw new Error('Nothing is chosen');
      return teachers.combine(order.value);
    },
    names: () => form.input.value,
  });
  const dataset = computed(() => {
    const field = form.fields.find(({ path }) => path === `${PREFIX}.dataset`);
    return field === undefined ? '' : String(form.valueOf(field));
  });

  watch(dataset, () => form.fill('members', []));
  onScopeDispose(judging.leave);

  return {
    ...{ form, dataset, job: work.job, isUnderWay: work.isUnderWay, stop: work.stop },
    ...judging,
  };
}
