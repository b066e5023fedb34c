/** A network in the import dialog: an answer belongs to what was asked, a correction asks again,
 * what is left leaves nothing at the host. */
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { effectScope, nextTick } from 'vue';
import type { EffectScope } from 'vue';
import type { JobView } from '../../src/bridge/schemas/job.ts';
import type { JudgedTeacherView } from '../../src/bridge/schemas/teacher-import.ts';
import { WorkbenchError } from '../../src/core/errors.ts';
import { installClient } from '../../src/renderer/api.ts';
import { teacherFiles } from '../../src/renderer/handed-folder.ts';
import { membersByDataset, useCombinedTeachers } from '../../src/renderer/library/use-combined-teachers.ts';
import { useJudgedTeacher } from '../../src/renderer/library/use-judged-teacher.ts';
import { useJobs } from '../../src/renderer/stores/jobs.ts';
import { FIXTURE_JUDGED } from '../support/mock/library-fixtures.ts';
import { fixtureTeacher } from '../support/gallery/fixtures.ts';
import { mockHost } from '../support/mock/mock-host.ts';

/** Calls of the host, in order. */
let calls: (readonly [method: string, input: unknown])[];
let refusal: WorkbenchError | undefined;
let answer: JudgedTeacherView;
let scope: EffectScope;
let number: number;

const running = (): JobView => ({
  ...{
    id: `job-${number}`,
    kind: 'judging',
    subject: 'net.onnx',
    state: 'running',
    stage: 'trying ways to show it images',
  },
  ...{ done: 1, total: 9, startedAt: '2026-01-01T00:00:00.000Z' },
});

beforeEach(() => {
  setActivePinia(createPinia());
  [calls, refusal, answer, number] = [[], undefined, FIXTURE_JUDGED, 0];
  const { client } = mockHost('empty');
  const told =
    <T>(method: string, result: () => T) =>
    async (input: unknown): Promise<T> => {
      calls.push([method, input]);
      if (refusal !== undefined) throw refusal;
      return result();
    };
  installClient({
    ...client,
    files: { put: told('put', () => undefined), drop: told('drop', () => undefined) },
    jobs: { ...client.jobs, stop: told('stop', () => undefined), dismiss: told('dismiss', () => undefined) },
    teachers: {
      judge: told('judge', () => {
        number += 1;
        return running();
      }),
      combine: told('combine', () => {
        number += 1;
        return running();
      }),
      judged: told('judged', () => answer),
      keep: told('keep', () => undefined),
      forget: told('forget', () => undefined),
    },
  });
  scope = effectScope();
});
afterEach(() => scope.stop());

const methods = (): readonly string[] => calls.map(([method]) => method);
const settled = (): Promise<void> => vi.waitFor(async () => nextTick());

function fieldOf({ form }: ReturnType<typeof useJudgedTeacher>, key: string) {
  const field = form.fields.find(({ path }) => path === `outside.${key}`);
  if (field === undefined) throw new Error(`no field ${key}`);
  return field;
}

/** A file is chosen, its data set is said, and the host has judged it. */
async function judgedOnce() {
  const teacher = scope.run(() => useJudgedTeacher())!; // an open scope runs
  const files = [new File(['w'], 'My Net.onnx.data'), new File(['abc'], 'My Net.onnx')];
  teacher.picked.value = teacherFiles(files);
  await nextTick();
  teacher.form.change(fieldOf(teacher, 'dataset'), 'photos');
  await teacher.judge();
  await end(teacher, { ...running(), state: 'finished', made: 'judged-1' });
  return teacher;
}

async function end(teacher: ReturnType<typeof useJudgedTeacher>, job: JobView): Promise<void> {
  useJobs().apply([{ type: 'job.changed', job }]);
  await vi.waitFor(() => expect(teacher.isUnderWay.value).toBe(false));
  await settled();
}

test('it is named after its file, judged with the files beside it, and kept as it was judged', async () => {
  const teacher = await judgedOnce();
  expect(calls.find(([method]) => method === 'put')?.[1]).toMatchObject({
    pieces: [{ path: 'My Net.onnx.data' }, { path: 'My Net.onnx' }],
  });
  expect(calls.find(([method]) => method === 'judge')?.[1]).toMatchObject({ file: 'My Net.onnx', dataset: 'photos' });
  await vi.waitFor(() => expect(teacher.judged.value?.view).toEqual(FIXTURE_JUDGED));
  expect(teacher.isCurrent.value).toBe(true);
  expect(await teacher.keep()).toBe('my-net');
  expect(calls.at(-1)).toEqual(['keep', { id: 'judged-1', name: 'my-net' }]);
});

test('another name keeps the answer, a correction asks for another one, and sends no file twice', async () => {
  const teacher = await judgedOnce();
  await vi.waitFor(() => expect(teacher.isCurrent.value).toBe(true));
  teacher.form.change(fieldOf(teacher, 'name'), 'theirs');
  expect(teacher.isCurrent.value).toBe(true);
  const other = answer.guesses[2]!; // the fixture has four
  teacher.take(other);
  expect(teacher.isCurrent.value).toBe(false);
  // Numbers of another reading must not be kept as this one's.
  expect(await teacher.keep()).toBeUndefined();
  expect(methods()).not.toContain('keep');
  await teacher.judge();
  expect(calls.at(-1)).toMatchObject(['judge', { layout: 'nchw', order: 'rgb', scale: '-1-1', mean: 'none' }]);
  expect(methods().filter((method) => method === 'put')).toHaveLength(1);
  await end(teacher, { ...running(), state: 'finished', made: 'judged-2' });
  await vi.waitFor(() => expect(calls.at(-1)).toEqual(['forget', { id: 'judged-1' }]));
  expect(teacher.isCurrent.value).toBe(true);
});

test('what the host says of a field stands beside it', async () => {
  const teacher = await judgedOnce();
  await vi.waitFor(() => expect(teacher.isCurrent.value).toBe(true));
  await teacher.judge();
  const fault = { code: 'usage.invalid', message: 'classes: the network gives 1000 numbers.', field: 'classes' };
  await end(teacher, { ...running(), state: 'failed', fault });
  expect(teacher.form.faultOf(fieldOf(teacher, 'classes'))).toBe('the network gives 1000 numbers.');
  expect(teacher.form.general.value).toBeUndefined();
});

test('a name that is taken stands beside the name, and nothing is lost', async () => {
  const teacher = await judgedOnce();
  await vi.waitFor(() => expect(teacher.isCurrent.value).toBe(true));
  refusal = new WorkbenchError('usage.invalid', 'name: "my-net" is a teacher already.', { field: 'name' });
  expect(await teacher.keep()).toBeUndefined();
  expect(teacher.form.faultOf(fieldOf(teacher, 'name'))).toBe('"my-net" is a teacher already.');
  expect(teacher.judged.value).toBeDefined();
});

test('another file has nothing of what was said of the one before, but the data set', async () => {
  const teacher = await judgedOnce();
  teacher.take(answer.guesses[2]!); // the fixture has four
  teacher.picked.value = teacherFiles([new File(['abc'], 'Other.onnx')]);
  await nextTick();
  const valueOf = (key: string) => teacher.form.valueOf(fieldOf(teacher, key));
  expect(['name', 'dataset', 'scale', 'mean'].map(valueOf)).toEqual(['other', 'photos', '', '']);
  expect(teacher.judged.value).toBeUndefined();
});

test('left, it forgets what was judged and drops what was handed over', async () => {
  const teacher = await judgedOnce();
  await vi.waitFor(() => expect(teacher.isCurrent.value).toBe(true));
  teacher.leave();
  expect(methods().slice(-2).sort()).toEqual(['drop', 'forget']);
  expect(teacher.judged.value).toBeUndefined();
});

test('left while it is judged, the work is stopped', async () => {
  const teacher = scope.run(() => useJudgedTeacher())!; // an open scope runs
  teacher.picked.value = teacherFiles([new File(['abc'], 'net.onnx')]);
  await nextTick();
  teacher.form.change(fieldOf(teacher, 'dataset'), 'photos');
  await teacher.judge();
  expect(teacher.isUnderWay.value).toBe(true);
  teacher.leave();
  expect(calls).toContainEqual(['stop', { id: 'job-1' }]);
});

test('of answers in a file it is asked what they are, and nothing of images', async () => {
  const teacher = scope.run(() => useJudgedTeacher())!; // an open scope runs
  const keys = () => teacher.guessed.value.map(({ path }) => path.replace('outside.', ''));
  expect(keys()).toEqual(expect.arrayContaining(['layout', 'scale', 'gives', 'classes']));
  teacher.picked.value = teacherFiles([new File(['abc'], 'Answers of mine.npz')]);
  await nextTick();
  expect(keys()).toEqual(['gives', 'classes']);
  expect(teacher.form.valueOf(fieldOf(teacher, 'name'))).toBe('answers-of-mine');
});

test('teachers are combined with those of the same data set alone, an ensemble with none', () => {
  const named = (name: string, change: object = {}) => ({ ...fixtureTeacher, name, ...change });
  const teachers = [named('a'), named('b'), named('c', { dataset: 'other' }), named('d', { kind: 'ensemble' })];
  const able = [...membersByDataset(teachers)].map(([set, members]) => [set, members.map(({ name }) => name)]);
  expect(able).toEqual([['fashion-mnist', ['a', 'b']]]);
});

test('members of another data set are chosen anew, and two make one', async () => {
  const combined = scope.run(() => useCombinedTeachers())!; // an open scope runs
  const fill = (values: Readonly<Record<string, string | readonly string[]>>) =>
    Object.entries(values).forEach(([key, value]) => combined.form.fill(key, value));
  fill({ name: 'both', dataset: 'photos' });
  await nextTick();
  fill({ members: ['a'] });
  await combined.judge();
  expect(methods()).toEqual([]);
  fill({ members: ['a', 'b'] });
  await combined.judge();
  expect(calls.at(-1)).toEqual(['combine', { dataset: 'photos', members: ['a', 'b'], mean: 'logits' }]);
  useJobs().apply([{ type: 'job.changed', job: { ...running(), state: 'finished', made: 'judged-1' } }]);
  await vi.waitFor(() => expect(combined.isCurrent.value).toBe(true));
  fill({ title: 'Both' });
  expect(await combined.keep()).toBe('both');
  expect(calls.at(-1)).toEqual(['keep', { id: 'judged-1', name: 'both', title: 'Both' }]);
  fill({ dataset: 'others' });
  await nextTick();
  const members = combined.form.fields.find(({ path }) => path === 'combined.members')!; // it has it
  expect(combined.form.valueOf(members)).toEqual([]);
});
