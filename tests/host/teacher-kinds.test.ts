/** A teacher of any kind goes everywhere: one contract for all of them. Only where layers are asked
 * for is one without them refused, before anything is written. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SearchInput } from '../../src/bridge/schemas/records.ts';
import type { LogitsCard, TeacherKind } from '../../src/core/records/teacher-card.ts';
import { random } from '../../src/core/strategies/random.ts';
import { testing } from '../../src/core/strategies/registry.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { readTeacherCard, readTeacherSources } from '../../src/host/library/teacher-files.ts';
import { filled, packed, taken } from '../support/archives.ts';
import { FASHION_TEACHER, writeFakeEnsemble, writeFakeLogitsTeacher } from '../support/fake-teacher.ts';
import { writeFakeOnnxTeacher, writeFakeTeacher } from '../support/fake-teacher.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';
import { untilRun } from '../support/until-run.ts';
import { temporaryWorkspace } from '../support/workspace.ts';

testing.admit({ ...random, id: 'from-teacher', needs: ['teacher weights'] });

const folder = temporaryFolder();
let host: Host;
let client: Host['client'];
let workspace: string;
const quiet = (): void => undefined;
const inFolder = (name: string): string => join(folder.path, name);
const inTeachers = (name: string): string => join(workspace, 'teachers', name);
const naming = { dataset: 'fashion-mnist', title: 'Theirs' };

const imported = (order: Parameters<Host['importTeacher']>[0]) =>
  host.importTeacher(order, quiet, new AbortController().signal);

beforeAll(async () => {
  makeResources(folder.path);
  host = await fakeHost(folder.path);
  ({ client } = host);
  workspace = (await client.system.info()).workspace;
  for (const file of ['a.onnx', 'a.npy']) writeFileSync(inFolder(file), 'a fake reads none');
  await imported({ ...naming, path: inFolder('a.onnx'), name: 'network', layout: 'nchw' });
  await imported({ ...naming, path: inFolder('a.npy'), name: 'answers', gives: 'logits' });
  await imported({ ...naming, members: ['fashion-resnet', 'network', 'answers'], mean: 'logits', name: 'together' });
});
afterAll(async () => {
  await host.close();
  folder.remove();
});

interface Expected {
  readonly name: string;
  readonly kind: TeacherKind;
  readonly validation: number | undefined;
  readonly params: number | undefined;
  readonly fact: readonly [string, string] | undefined;
}

const KINDS: readonly Expected[] = [
  { name: 'fashion-resnet', kind: 'graph', validation: 0.93, params: expect.any(Number) as number, fact: undefined },
  { name: 'network', kind: 'onnx', validation: 0.9, params: 1000, fact: ['Input', 'images, float32, NCHW'] },
  { name: 'answers', kind: 'logits', validation: undefined, params: undefined, fact: ['Rows, training', '45,000'] },
  { name: 'together', kind: 'ensemble', validation: 0.95, params: undefined, fact: ['Member 3', 'answers'] },
];

const search = (teacher: string, loss = 'kd'): SearchInput => ({
  ...{ name: `By ${teacher}`, teacher, families: ['resnet'], strategy: { id: 'random' }, budget: { trials: 1 } },
  // Sound: the losses of the tests are losses.
  recipe: { distillation: { loss } } as SearchInput['recipe'],
});

describe.each(KINDS)('a teacher of the kind $kind', ({ name, kind, validation, params, fact }) => {
  it('is listed with what is known of it, and tells what it is', async () => {
    const view = (await client.catalog.teachers()).find((one) => one.name === name);
    expect([view?.kind, view?.validationAccuracy, view?.params]).toEqual([kind, validation, params]);
    expect(view?.graph === undefined).toBe(kind !== 'graph');
    const { facts } = await client.library.teacher({ name });
    if (fact === undefined) expect(facts).toBeUndefined();
    else expect(facts).toContainEqual(fact);
    const record = (await client.library.records()).teachers.find((one) => one.name === name);
    if (kind !== 'graph') expect(record?.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  it('teaches a search by logits, stands in its set-up, and gives predictions', async () => {
    expect((await client.runs.preview(search(name))).refusal).toBeUndefined();
    const { run } = await client.runs.start(search(name));
    await untilRun(client, run.id, ({ run: { state } }) => state !== 'running');
    expect((await client.runs.trials({ id: run.id })).map(({ state }) => state)).toEqual(['finished']);
    const setup = await client.runs.setup({ id: run.id });
    expect([setup.run.config.teacher, setup.teacher?.validationAccuracy]).toEqual([name, validation]);
    expect(setup.sources?.teacher?.weights).toMatch(/^[0-9a-f]{64}$/);
    expect((await client.review.predictions({ kind: 'teacher', name })).classes).toBe(10);
    const used = (await client.library.records()).teachers.find((one) => one.name === name)?.usage;
    expect(used?.runCount).toBe(1);
  });

  it.each(['at', 'fitnet', 'crd'])(
    'is refused for %s where it has no layers, in preview and start alike',
    async (loss) => {
      const { refusal } = await client.runs.preview(search(name, loss));
      if (kind === 'graph') {
        expect(refusal).toBeUndefined();
        return;
      }
      expect(refusal?.field).toBe('recipe.distillation.loss');
      expect(refusal?.message).toContain('hoose a loss on logits (kd, mse, dkd or dist)');
      await expect(client.runs.start(search(name, loss))).rejects.toMatchObject({ code: 'teacher.mismatch' });
      // Where none is named, the one with layers teaches.
      const { teacher: _, ...unnamed } = search(name, loss);
      expect((await client.runs.preview(unnamed)).refusal).toBeUndefined();
    },
  );

  it('gives its weights to students only where it has some, which a plan tells', async () => {
    const input = { ...search(name), strategy: { id: 'from-teacher' } };
    const { refusal } = await client.runs.preview(input);
    if (kind === 'graph') {
      expect(refusal).toBeUndefined();
      return;
    }
    expect(refusal?.message).toContain('begins with the weights of the teacher: choose one that was trained here');
    await expect(client.runs.start(input)).rejects.toMatchObject({ place: { field: 'teacher' } });
  });

  it('leaves the workspace sound', async () => {
    expect(await client.system.doctor()).toMatchObject({ ok: true, problems: [] });
  });
});

describe('an ONNX file that gives layers', () => {
  it('teaches by the losses that they serve, and says what the others lack', async () => {
    const card = writeFakeOnnxTeacher(inTeachers('layered'), 'layered');
    const map = { form: 'map', output: 'half', order: 'nchw', height: 14, width: 14, channels: 8 };
    writeFileSync(join(inTeachers('layered'), 'teacher.json'), JSON.stringify({ ...card, layers: [map] }));
    const view = (await client.catalog.teachers()).find((one) => one.name === 'layered');
    expect(view?.layers).toEqual(['half 14 x 14 x 8']);
    for (const loss of ['at', 'fitnet'])
      expect((await client.runs.preview(search('layered', loss))).refusal).toBeUndefined();
    const { refusal } = await client.runs.preview(search('layered', 'crd'));
    expect(refusal?.message).toBe(
      'Teacher "layered" is an ONNX file: it shows no vectors beside its answers, and losses on features (crd) need ' +
        'them. Export it with its layers as further outputs, or choose a loss on logits (kd, mse, dkd or dist), or ' +
        'another teacher.',
    );
    const { run } = await client.runs.start(search('layered', 'at'));
    await untilRun(client, run.id, ({ run: { state } }) => state !== 'running');
    expect((await client.runs.trials({ id: run.id })).map(({ state }) => state)).toEqual(['finished']);
    await client.runs.trash({ ids: [run.id] });
    rmSync(inTeachers('layered'), { recursive: true });
  });
});

describe('an import', () => {
  it.each<readonly [string, Parameters<Host['importTeacher']>[0], string]>([
    ['of one member', { ...naming, name: 'x', mean: 'logits', members: ['network'] }, '2 to 16 members are expected'],
    [
      'of one twice',
      { ...naming, name: 'x', mean: 'logits', members: ['network', 'network'] },
      '"network" is named twice',
    ],
    [
      'of an ensemble',
      { ...naming, name: 'x', mean: 'logits', members: ['network', 'together'] },
      'is an ensemble itself',
    ],
    [
      'of nobody',
      { ...naming, name: 'x', mean: 'logits', members: ['network', 'nobody'] },
      'There is no teacher "nobody"',
    ],
  ])('%s is refused in words', async (_, order, words) => {
    await expect(imported(order)).rejects.toThrow(words);
  });

  it('of answers takes nothing that is said of images', async () => {
    const order = { ...naming, path: inFolder('a.npy'), name: 'x', layout: 'nchw' } as const;
    await expect(imported(order)).rejects.toThrow('layout: a file of answers has none');
  });
});

describe('answers to other images of the same name', () => {
  it.each(['answers', 'together'])('do not teach: a run by "%s" is refused before it is written', async (teacher) => {
    const card = join(inTeachers('answers'), 'teacher.json');
    const text = readFileSync(card, 'utf8');
    const { dataset, ...rest } = JSON.parse(text) as LogitsCard;
    const { train } = dataset.sources.splits;
    const splits = { ...dataset.sources.splits, train: { ...train, images: 'f'.repeat(64) } };
    writeFileSync(card, JSON.stringify({ ...rest, dataset: { ...dataset, sources: { ...dataset.sources, splits } } }));
    const before = (await client.runs.list({})).total;
    await expect(client.runs.start(search(teacher))).rejects.toThrow(
      'The teacher "answers" answers other data of the name "fashion-mnist": the training images changed',
    );
    expect((await client.runs.list({})).total).toBe(before);
    writeFileSync(card, text);
  });
});

describe('members of an ensemble', () => {
  it('stay as long as it does', async () => {
    const message = 'is used by "By answers", the teacher "together": remove what uses it first';
    await expect(client.library.removeTeacher({ name: 'answers' })).rejects.toThrow(message);
  });

  it('that are others, or gone, are named where a run is planned', async () => {
    const card = join(inTeachers('network'), 'teacher.json');
    const text = readFileSync(card, 'utf8');
    writeFileSync(card, text.replace('"order":"rgb","type"', '"order":"bgr","type"'));
    await expect(client.runs.start(search('together'))).rejects.toThrow(
      'The teacher "network" is not the one of the ensemble',
    );
    rmSync(card);
    const { refusal } = await client.runs.preview(search('together'));
    expect(refusal?.message).toContain('no usable teacher');
    writeFileSync(card, text);
    expect((await client.runs.preview(search('together'))).refusal).toBeUndefined();
  });
});

describe('a teacher without a file of its own', () => {
  it('is known by its members, and by how it takes their mean', async () => {
    const [first, second, both] = ['first', 'second', 'both'].map((name) => inFolder(name));
    const member = { card: writeFakeOnnxTeacher(first!, 'first'), directory: first! };
    const other = { card: writeFakeLogitsTeacher(second!, 'second'), directory: second! };
    const card = writeFakeEnsemble(both!, 'both', { first: first!, second: second! });
    const sources = await readTeacherSources({ directory: both!, card }, [member, other]);
    writeFileSync(join(both!, 'teacher.json'), JSON.stringify({ ...card, mean: 'probabilities' }));
    const changed = { directory: both!, card: await readTeacherCard(both!) };
    const after = await readTeacherSources(changed, [member, other]);
    expect(after.weights).toBe(sources.weights);
    expect(after.network).not.toBe(sources.network);
    await expect(readTeacherSources(changed, [other, member])).rejects.toThrow('changed');
  });
});

describe('in an archive', () => {
  it('every kind comes with all of its files, an ensemble with its members', async () => {
    const [from, into] = [filled(), temporaryWorkspace('into')];
    const place = (name: string): string => join(from.directory, 'teachers', name);
    writeFakeTeacher(place('graph'), { ...FASHION_TEACHER, name: 'graph' });
    writeFakeOnnxTeacher(place('network'), 'network');
    writeFakeLogitsTeacher(place('rows'), 'rows');
    // By its name it would come before what it is made of.
    writeFakeEnsemble(place('all'), 'all', { network: place('network'), rows: place('rows') });
    const { folders, notes } = await taken(into, await packed(from));
    expect([...folders].sort()).toEqual(['teachers/all', 'teachers/graph', 'teachers/network', 'teachers/rows']);
    expect(notes).toEqual([]);
    expect(await readTeacherCard(join(into.directory, 'teachers', 'all'))).toMatchObject({ kind: 'ensemble' });
  });

  it('one of other files is left out, and an ensemble whose member is another here', async () => {
    const [from, into] = [filled(), temporaryWorkspace('into')];
    const place = (name: string): string => join(from.directory, 'teachers', name);
    for (const name of ['sound', 'spoilt']) writeFakeOnnxTeacher(place(name), name);
    writeFakeLogitsTeacher(place('rows'), 'rows');
    writeFakeEnsemble(place('both'), 'both', { sound: place('sound'), rows: place('rows') });
    writeFakeTeacher(join(into.directory, 'teachers', 'rows'), { ...FASHION_TEACHER, name: 'rows' });
    writeFileSync(join(place('spoilt'), 'model.onnx.data'), 'other weights');
    const { folders, notes } = await taken(into, await packed(from));
    expect(folders).toEqual(['teachers/sound']);
    expect(notes.join('\n')).toContain('model.onnx.data is not what its card says');
    expect(notes.join('\n')).toMatch(/The teacher "both" was left out: .*"rows" is not the one of the ensemble "both"/);
  });
});
