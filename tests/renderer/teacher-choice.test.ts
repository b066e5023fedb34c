/** Who teaches, in the New run form: always a select that holds its own value, whatever way a
 * person came to it. */
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, test } from 'vitest';
import { effectScope, nextTick } from 'vue';
import { STRATEGY_INFOS } from '../../src/core/strategies/registry.ts';
import type { TeacherView } from '../../src/bridge/schemas/records.ts';
import {
  LOSS,
  ownTeacher,
  TEACHER,
  teacherChoices,
  TRAIN_ONE,
  testing,
} from '../../src/renderer/form/teacher-choice.ts';
import { useFittingTeacher } from '../../src/renderer/form/use-fitting-teacher.ts';
import { fixtureTeacher } from '../support/gallery/fixtures.ts';
import { useCatalog } from '../../src/renderer/stores/catalog.ts';
import { useNewRun } from '../../src/renderer/stores/new-run.ts';

const { NO_TEACHER, WEIGHTS } = testing;

const teacher = (name: string, dataset: string, bundled = false): TeacherView => ({
  ...fixtureTeacher,
  ...{ name, title: `The ${name}`, dataset, bundled },
});
const BUNDLED = teacher('fashion-resnet', 'fashion-mnist', true);
const values = (chosen: string, dataset = 'mine'): readonly string[] =>
  teacherChoices([BUNDLED, teacher('own', 'mine')], dataset, chosen).map(({ value }) => value);

beforeEach(() => {
  Object.assign(globalThis, { sessionStorage: { getItem: () => null, setItem: () => undefined } });
  setActivePinia(createPinia());
});

/** The form as the view opens it, once the catalog is here. */
function open(teachers: readonly TeacherView[], isRead = true) {
  const catalog = useCatalog();
  catalog.teachers = teachers;
  catalog.isRead = isRead;
  const form = useNewRun();
  const chosen = effectScope().run(useFittingTeacher);
  return { catalog, form, chosen: () => chosen?.value };
}

describe('the choices', () => {
  test('are those that fit, nobody, and one yet to be trained: without a teacher there is a select, too', () => {
    expect(values('own')).toEqual(['own', NO_TEACHER, TRAIN_ONE]);
    expect(values(TRAIN_ONE, 'unseen')).toEqual([NO_TEACHER, TRAIN_ONE]);
  });

  test('have networks of any data set where students begin with weights, and no file among them', () => {
    const file: TeacherView = { ...teacher('theirs', 'mine'), kind: 'onnx' };
    const offered = teacherChoices([BUNDLED, file], 'mine', '', true).map(({ value }) => value);
    expect(offered).toEqual(['theirs', `${WEIGHTS}fashion-resnet`, NO_TEACHER, TRAIN_ONE]);
  });

  test('hold what is chosen, and say why it fits not', () => {
    const titleOf = (chosen: string): string | undefined =>
      teacherChoices([BUNDLED], 'mine', chosen).find(({ value }) => value === chosen)?.title;
    expect(titleOf('fashion-resnet')).toBe('The fashion-resnet: of another data set');
    expect(titleOf('gone')).toBe('gone: not here');
  });

  test('begin with the one of the program, as the host does', () => {
    expect(ownTeacher([teacher('a', 'fashion-mnist'), BUNDLED], 'fashion-mnist')?.name).toBe('fashion-resnet');
    expect(ownTeacher([BUNDLED], 'mine')).toBeUndefined();
  });
});

describe('the form', () => {
  test('opened by “Search on it” has the teacher of that data set', () => {
    useNewRun().searchOn('mine');
    const { form, chosen } = open([BUNDLED, teacher('own', 'mine')]);
    expect(chosen()).toBe('own');
    expect(form.checked.input).toMatchObject({ dataset: 'mine', teacher: 'own' });
  });

  test('without any that fits has one to train, is not sent, and takes the one that comes', async () => {
    useNewRun().searchOn('mine');
    const { form, chosen, catalog } = open([BUNDLED]);
    expect(chosen()).toBe(TRAIN_ONE);
    expect(form.checked.input).toBeUndefined();
    expect(form.checked.faults.get('teacher')).toContain('train one');
    catalog.teachers = [BUNDLED, teacher('own', 'mine')];
    await nextTick();
    expect(form.checked.input).toMatchObject({ teacher: 'own' });
  });

  test('waits for the catalog before it says that none fits', async () => {
    useNewRun().searchOn('mine');
    const { chosen, catalog, form } = open([], false);
    expect(chosen()).toBe('');
    catalog.isRead = true;
    catalog.teachers = [BUNDLED];
    await nextTick();
    expect(chosen()).toBe(TRAIN_ONE);
    form.set('dataset', 'fashion-mnist');
    await nextTick();
    expect(chosen()).toBe('fashion-resnet');
  });

  test('sends no teacher with labels alone, whatever the data set, and learns from one again', async () => {
    const { form, chosen } = open([BUNDLED]);
    form.set(TEACHER, NO_TEACHER);
    expect([chosen(), form.draft[LOSS]]).toEqual([NO_TEACHER, 'none']);
    expect(form.checked.input).not.toHaveProperty('teacher');
    expect(form.checked.parsed?.recipe.distillation.loss).toBe('none');
    form.set('dataset', 'mine');
    await nextTick();
    expect(chosen()).toBe(NO_TEACHER);
    form.set('dataset', 'fashion-mnist');
    form.set(TEACHER, 'fashion-resnet');
    expect([chosen(), form.draft[LOSS]]).toEqual(['fashion-resnet', 'dist']);
  });

  test('names a network for its weights alone, as long as the strategy begins with some', () => {
    const { catalog, form, chosen } = open([BUNDLED]);
    catalog.strategyOf = (id) => STRATEGY_INFOS.find((one) => one.id === id);
    form.set('dataset', 'mine');
    form.set('strategy.id', 'cenas');
    form.set(TEACHER, `${WEIGHTS}fashion-resnet`);
    expect([chosen(), form.draft[LOSS]]).toEqual([`${WEIGHTS}fashion-resnet`, 'none']);
    expect(form.checked.input).toMatchObject({ dataset: 'mine', teacher: 'fashion-resnet' });
    // A saved form reads alike.
    form.load(form.checked.parsed!);
    expect(chosen()).toBe(`${WEIGHTS}fashion-resnet`);
    form.set('strategy.id', 'random');
    expect(form.checked.input).not.toHaveProperty('teacher');
  });

  test('keeps what a file names, though it fits not: the host says so', async () => {
    const { form, chosen } = open([BUNDLED]);
    form.load({ ...form.checked.parsed, dataset: 'fashion-mnist', teacher: 'gone' } as never);
    await nextTick();
    expect(chosen()).toBe('gone');
    expect(form.checked.input).toMatchObject({ teacher: 'gone' });
  });
});
