/** Teachers, data sets and replays of a stranger's archive: they are added, replace nothing, and
 * are told of. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { takenText } from '../../src/host/archive/words.ts';
import { createCatalog } from '../../src/host/library/catalog.ts';
import { packArchive } from '../../src/host/archive/pack.ts';
import { addRun, configOf, filled, packed, problems, quiet, RESOURCES, stage, taken } from '../support/archives.ts';
import { datasetContent, idx, manifestOf, sha256Of, teacherContent, writeArchive } from '../support/forge.ts';
import type { Content } from '../support/forge.ts';
import { temporaryFolder, temporaryWorkspace } from '../support/workspace.ts';

async function forged(content: Content): Promise<string> {
  const folder = temporaryFolder('forged');
  mkdirSync(folder);
  const file = join(folder, 'x.trade');
  await writeArchive(file, manifestOf(content), content);
  return file;
}

const foldersOf = (directory: string, kind: string): readonly string[] => readdirSync(join(directory, kind)).sort();

describe('names of the program', () => {
  test('are taken: an archive with a fashion-mnist and fashion-resnet replaces neither, and says so', async () => {
    const into = temporaryWorkspace();
    const file = await forged({ ...datasetContent('fashion-mnist'), ...teacherContent('fashion-resnet') });
    const staged = await taken(into, file);
    expect(staged).toMatchObject({ folders: [], teachers: [], datasets: [] });
    expect(staged.notes.join(' ')).toMatch(/data set "fashion-mnist" was left out: .*belongs to the program/);
    expect(staged.notes.join(' ')).toMatch(/teacher "fashion-resnet" was left out: .*belongs to the program/);
    expect(takenText(staged)).toMatch(/^Nothing of it was taken in\./);
    expect([foldersOf(into.directory, 'datasets'), foldersOf(into.directory, 'teachers')]).toEqual([[], []]);
    const catalog = createCatalog(RESOURCES, into.directory);
    expect((await catalog.dataset('fashion-mnist')).bundled).toBe(true);
    expect((await catalog.teachers()).map(({ bundled }) => bundled)).toEqual([true]);
  });

  test('are taken in capitals, too: some systems take Fashion-MNIST and fashion-mnist for one folder', async () => {
    const staged = await taken(temporaryWorkspace(), await forged(datasetContent('Fashion-MNIST')));
    expect(staged.folders).toEqual([]);
    expect(staged.notes[0]).toMatch(/one called "fashion-mnist" belongs to the program/);
  });

  test('cannot be had by a folder of the workspace either, whoever put it there', async () => {
    const { directory } = temporaryWorkspace();
    for (const [path, data] of Object.entries({
      ...datasetContent('fashion-mnist', {}, 'Not it'),
      ...teacherContent('fashion-resnet', { title: 'Not it' }),
    })) {
      mkdirSync(join(directory, path, '..'), { recursive: true });
      writeFileSync(join(directory, path), data);
    }
    const catalog = createCatalog(RESOURCES, directory);
    expect(await catalog.dataset('fashion-mnist')).toMatchObject({ bundled: true, card: { title: 'Fashion-MNIST' } });
    expect((await catalog.teacher('fashion-resnet')).bundled).toBe(true);
    expect([...(await catalog.datasets()), ...(await catalog.teachers())].map(({ title }) => title)).not.toContain(
      'Not it',
    );
  });

  test('left out, a run that meant the archive’s own is told of; one of a data set that came is not', async () => {
    const from = temporaryWorkspace('from');
    addRun(from, 'run_1', { ...configOf('Turned'), teacher: 'fashion-resnet' });
    for (const [path, data] of Object.entries(teacherContent('fashion-resnet'))) {
      mkdirSync(join(from.directory, path, '..'), { recursive: true });
      writeFileSync(join(from.directory, path), data);
    }
    const staged = await taken(temporaryWorkspace('into'), await packed(from));
    expect(staged.runs).toHaveLength(1);
    expect(staged.notes).toContain(
      `“Turned” was made with the archive's own teacher "fashion-resnet", not with one that is here.`,
    );
  });
});

describe('what stayed out', () => {
  const learned = (name: string) => teacherContent(name, { dataset: { id: 'x', title: 'X', trainImages: 8 } });
  const words = `made with the archive's own data set "x", not with one that is here.`;
  const five = ['a', 'b', 'c', 'd', 'e'].map((one) => `"${one}"`).join(', the teacher ');

  test.each([
    [['a'], `The teacher "a" was ${words}`],
    [['a', 'b'], `The teacher "a", the teacher "b" were ${words}`],
    [['a', 'b', 'c', 'd', 'e', 'f', 'g'], `The teacher ${five} and 2 more were ${words}`],
  ])('is told of by the teachers that came and had learned from it: %s', async (names, told) => {
    const broken = { ...datasetContent('x'), 'datasets/x/val-labels.gz': idx(4, [], () => 7) };
    const content = Object.assign({}, broken, teacherContent('other'), ...names.map(learned)) as Content;
    const { teachers, notes } = await taken(temporaryWorkspace(), await forged(content));
    expect(teachers).toEqual([...names, 'other']);
    expect(notes).toEqual([expect.stringContaining('The data set "x" was left out'), told]);
  });
});

describe('what is new', () => {
  test('comes, and is counted: two teachers and a data set, without any run', async () => {
    const into = temporaryWorkspace();
    const content = { ...datasetContent('sides'), ...teacherContent('big'), ...teacherContent('small') };
    const staged = await taken(into, await forged(content));
    expect(staged).toMatchObject({ teachers: ['big', 'small'], datasets: ['sides'], notes: [] });
    expect(takenText(staged)).toBe('2 teachers and the data set "sides" were taken in.');
    const catalog = createCatalog(RESOURCES, into.directory);
    expect((await catalog.dataset('sides')).card.classes).toEqual(['left', 'right']);
    expect((await catalog.teachers()).map(({ name }) => name)).toEqual(['big', 'fashion-resnet', 'small']);
    // The same again is here already, and nothing need be said of it.
    expect(await taken(into, await forged(content))).toMatchObject({ folders: [], notes: [] });
    const other = await taken(into, await forged(teacherContent('big', { title: 'Another' })));
    expect(other.notes).toEqual([
      'The teacher "big" was left out: one of that name is here already, with other content.',
    ]);
    expect((await catalog.teacher('big')).card.title).toBe('big');
    expect(problems(into)).toEqual([]);
  });

  test('is told of in words, whatever came', () => {
    const nothing = { runs: [], teachers: [], datasets: [], replays: 0, notes: [] };
    const run = { id: 'a', name: 'Small' };
    expect(takenText(nothing)).toBe('Nothing of it was taken in.');
    expect(takenText({ ...nothing, runs: [run] })).toBe('“Small” was taken in.');
    expect(takenText({ ...nothing, teachers: ['big'] })).toBe('The teacher "big" was taken in.');
    expect(takenText({ ...nothing, replays: 1 })).toBe('1 replay was taken in.');
    expect(takenText({ ...nothing, replays: 2, notes: ['So.'] })).toBe('2 replays were taken in. So.');
    expect(
      takenText({ runs: [run, { ...run, formerId: 'b' }], teachers: ['t'], datasets: ['d'], replays: 0, notes: [] }),
    ).toBe('2 runs, the teacher "t" and the data set "d" were taken in; 1 got another id, since theirs was taken.');
  });

  test('with a file that no part of it is, says so', async () => {
    const content = {
      ...teacherContent('big'),
      'teachers/big/run.exe': Buffer.from('MZ'),
      'teachers/big/README.md': Buffer.from('#'),
    };
    const { teachers, notes } = await taken(temporaryWorkspace(), await forged(content));
    expect([teachers, notes]).toEqual([['big'], ['The teacher "big" came with what no part of it is: run.exe.']]);
  });
});

describe('texts for people', () => {
  test.each(
    [
      ['README.md', 'LICENCE', 'license.txt', 'Copying', 'notice.md', 'NOTES.txt'].map((name) => [name, true] as const),
      ['readme.md.exe', 'my-notes', 'licence.gz', 'unreadme'].map((name) => [name, false] as const),
    ].flat(),
  )('%s comes without a word: %s', async (name, isText) => {
    const content = { ...teacherContent('big'), [`teachers/big/${name}`]: Buffer.from('a') };
    const { notes } = await taken(temporaryWorkspace(), await forged(content));
    const told = `The teacher "big" came with what no part of it is: ${name}.`;
    expect(notes).toEqual(isText ? [] : [told]);
  });
});

describe('what is not sound stays out, and is told of', () => {
  const shape = [8, 8, 1];
  test.each([
    ['a graph of a number', teacherContent('x', { graph: { layers: 5 } }), /graph/],
    [
      'a graph that fits nowhere',
      teacherContent('x', {
        graph: {
          family: 'a',
          inputShape: [8, 8, 1],
          classes: 2,
          layers: [{ id: 'i', layer: { op: 'input' }, inputs: [] }],
        },
      }),
      /logits/,
    ],
    [
      'half an epoch, which no window could be told',
      teacherContent('x', { recipe: { epochs: 1.5, optimizer: 'a' } }),
      /epochs/,
    ],
    ['weights elsewhere', teacherContent('x', { weights: { file: '..' } }), /weights/],
    [
      'other weights',
      teacherContent('x', { weights: { file: 'weights.safetensors', sha256: 'a'.repeat(64) } }),
      /not what its card says/,
    ],
    ['no card', { 'teachers/x/notes.txt': Buffer.from('a') }, /teacher\.json/],
    ['an endless side', datasetContent('x', { shape: [1e9, 1e9, 1] }), /shape/],
    ['other labels', { ...datasetContent('x'), 'datasets/x/val-labels.gz': idx(4, [], () => 7) }, /val-labels/],
    ['other images', { ...datasetContent('x', { splits: undefined }) }, /splits/],
  ] as const)('%s', async (_what, content, words) => {
    const into = temporaryWorkspace();
    const { folders, notes } = await taken(into, await forged(content));
    expect([folders, notes.length]).toEqual([[], 1]);
    expect(notes[0]).toMatch(/was left out: it is not sound/);
    expect(notes[0]).toMatch(words);
    expect(notes[0]).not.toContain(into.directory);
    expect([foldersOf(into.directory, 'datasets'), foldersOf(into.directory, 'teachers')]).toEqual([[], []]);
  });

  /** With its card's facts set right. */
  function withImages(images: Buffer): Content {
    const content = datasetContent('x');
    const place = 'datasets/x/dataset.json';
    // Sound: the card that the line above made.
    const card = JSON.parse(String(content[place])) as { splits: { val: { images: object } } };
    card.splits.val.images = { file: 'val-images.gz', bytes: images.length, sha256: sha256Of(images) };
    return { ...content, 'datasets/x/val-images.gz': images, [place]: Buffer.from(JSON.stringify(card)) };
  }

  /** As IDX files call the kind of their numbers. */
  function typed(kind: number): Buffer {
    const bytes = Buffer.from(gunzipSync(idx(4, shape, () => 0)));
    bytes[2] = kind;
    return gzipSync(bytes);
  }

  // A grey set of one pixel's depth is not the only kind: its files have an axis more.
  test('a data set in colours comes, by files with an axis for them', async () => {
    const changes = { shape: [8, 8, 3] };
    const card = datasetContent('x', changes);
    const place = 'datasets/x/dataset.json';
    const images = Object.fromEntries(
      Object.entries({ train: 8, val: 4, test: 4 }).map(([split, count]) => [split, idx(count, [8, 8, 3], () => 1)]),
    );
    // Sound: the card that the line above made.
    const written = JSON.parse(String(card[place])) as { splits: Record<string, { images: object }> };
    for (const [split, data] of Object.entries(images)) {
      const facts = { file: `${split}-images.gz`, bytes: data.length, sha256: sha256Of(data) };
      Object.assign(written.splits[split] ?? {}, { images: facts });
      card[`datasets/x/${split}-images.gz`] = data;
    }
    card[place] = Buffer.from(JSON.stringify(written));
    expect(await taken(temporaryWorkspace(), await forged(card))).toMatchObject({ datasets: ['x'], notes: [] });
  });

  test.each([
    ['too few images', idx(3, shape, () => 0), /has images of 3 x 8 x 8/],
    ['images of another size', idx(4, [8, 9, 1], () => 0), /unpacks to more|has images of/],
    ['labels for images', idx(4, [], () => 0), /no IDX file of images/],
    ['numbers that are no bytes', typed(0x0d), /no IDX file of images/],
    ['five axes', idx(3, [8, 2, 2, 2], () => 0), /no IDX file of images/],
    ['colours that its card does not know', idx(4, [8, 4, 2], () => 0), /has images of 4 x 8 x 4 x 2, not 4 x 8 x 8/],
    ['a head that breaks off', gzipSync(Buffer.from([0, 0, 8, 3, 0, 0, 0, 4])), /no IDX file of images/],
    ['a file that unpacks to more and more', gzipSync(Buffer.alloc(50 << 20)), /unpacks to more/],
    ['images that break off', gzipSync(Buffer.from([0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 8, 0, 0, 0, 8, 1])), /breaks off/],
  ] as const)('a data set with %s, by a card that says so', async (_what, images, words) => {
    const { datasets, notes } = await taken(temporaryWorkspace(), await forged(withImages(images)));
    expect([datasets, notes.length]).toEqual([[], 1]);
    expect(notes[0]).toMatch(words);
  });

  test('a replay that is damaged, and one that is here already in another state', async () => {
    const into = temporaryWorkspace();
    const bad = { 'replays/one-0123456789ab.json': Buffer.from('{}'), 'replays/two.json': Buffer.from('{}') };
    const { folders, notes } = await taken(into, await forged(bad));
    expect([folders, notes.length]).toEqual([[], 2]);
    const text = Buffer.from('{"summary":{}}');
    const name = `one-${createHash('sha256').update(text).digest('hex').slice(0, 12)}.json`;
    mkdirSync(join(into.directory, 'replays'), { recursive: true });
    writeFileSync(join(into.directory, 'replays', 'one-aaaaaaaaaaaa.json'), 'ours');
    const again = await taken(into, await forged({ [`replays/${name}`]: text }));
    expect(again.notes).toEqual([
      `The replay file "${name}" was left out: this replay is here already, in another state.`,
    ]);
    expect(foldersOf(into.directory, 'replays')).toEqual(['one-aaaaaaaaaaaa.json']);
  });
});

describe('what a manifest says that is not so', () => {
  const records = Buffer.from('');
  const one = { 'runs/run_1/records.jsonl': records };
  const run = { id: 'run_1', name: 'A', records: sha256Of(records) };
  const file = (path: string, data: Buffer) => ({ path, bytes: data.length, sha256: sha256Of(data) });

  async function refused(manifest: unknown, content: Content, words: RegExp): Promise<void> {
    const into = temporaryWorkspace();
    const folder = temporaryFolder('forged');
    mkdirSync(folder);
    await writeArchive(join(folder, 'x.trade'), manifest, content);
    await expect(stage(into, join(folder, 'x.trade'))).rejects.toMatchObject({
      code: 'usage.invalid',
      message: expect.stringMatching(words),
    });
    expect(into.store.runs({ trash: 'with' }).total).toBe(0);
  }

  test.each([
    [
      'a file twice',
      manifestOf({}, { files: [file('runs/a/records.jsonl', records), file('runs/a/records.jsonl', records)] }),
      {},
      /names a file twice/,
    ],
    ['a run without records', manifestOf({}, { runs: [run] }), {}, /not those of its manifest/],
    ['records of a run that it does not name', manifestOf(one), one, /not those of its manifest/],
    [
      'another run than there are records of',
      manifestOf(one, { runs: [{ ...run, id: 'run_2' }] }),
      one,
      /not those of its manifest/,
    ],
    ['a run whose records are empty', manifestOf(one, { runs: [run] }), one, /has no records/],
    ['one run twice', manifestOf(one, { runs: [run, run] }), one, /not those of its manifest/],
    ['a field that nobody knows', { ...manifestOf({}), odd: 1 }, {}, /its manifest is wrong/],
    ['nothing', null, {}, /its manifest is wrong/],
    ['a list', [], {}, /no archive of the TRADE workbench/],
  ] as const)('%s', async (_what, manifest, content, words) => {
    await refused(manifest, content, words);
  });

  test('a view that cannot be read stays out, and it is said; a sound one comes', async () => {
    const content = '{"order":{"by":"name","descending":true},"columns":["state"]}';
    const views = [
      { name: 'Mine', content },
      { name: 'Broken', content: '{"order":5}' },
      { name: 'No JSON', content: '{' },
      { name: ' ', content },
      { name: 'x'.repeat(61), content },
    ];
    const folder = temporaryFolder('forged');
    mkdirSync(folder);
    await writeArchive(join(folder, 'x.trade'), manifestOf({}, { views }), {});
    const { staged } = await stage(temporaryWorkspace(), join(folder, 'x.trade'));
    expect(staged.views.map(({ name }) => name)).toEqual(['Mine']);
    expect(staged.notes).toEqual(['4 saved views of it cannot be read and stayed out.']);
  });
});

describe('names in an archive', () => {
  test.each(['notes.txt', 'backups/x.sqlite', 'teachers/big/a/b/c.txt', 'teachers/con/x'])(
    'a file at %s is refused though the zip has nothing against it',
    async (path) => {
      await expect(stage(temporaryWorkspace(), await forged({ [path]: Buffer.from('a') }))).rejects.toMatchObject({
        code: 'usage.invalid',
        message: expect.stringMatching(/which no archive has/),
      });
    },
  );

  test.each([
    [{ ...teacherContent('Big'), ...teacherContent('big') }],
    [{ ...teacherContent('big'), 'teachers/big/Teacher.json': Buffer.from('{}') }],
  ])('that differ in the size of letters alone are refused', async (content) => {
    await expect(stage(temporaryWorkspace(), await forged(content))).rejects.toThrow(/which some systems take for one/);
  });
});

test('what is packed comes in again: links, hidden files and odd names stay at home, and it is said', async () => {
  const from = filled();
  const teacher = join(from.directory, 'teachers', 'Big');
  for (const [path, data] of Object.entries(teacherContent('Big'))) {
    mkdirSync(join(from.directory, path, '..'), { recursive: true });
    writeFileSync(join(from.directory, path), data);
  }
  mkdirSync(join(from.directory, 'teachers', 'my teacher'));
  writeFileSync(join(from.directory, 'teachers', 'my teacher', 'a'), 'a');
  mkdirSync(join(from.directory, 'teachers', 'big'));
  writeFileSync(join(from.directory, 'teachers', 'big', 'a'), 'a');
  writeFileSync(join(teacher, '.DS_Store'), 'a');
  symlinkSync('/etc/passwd', join(teacher, 'passwd'));
  const folder = temporaryFolder('packed');
  mkdirSync(folder);
  const order = { workspace: from.directory, target: join(folder, 'x.trade'), temp: join(folder, 't'), program: '1' };
  const { notes } = await packArchive({ ...order, packedAt: '2026-01-01T00:00:00.000Z' }, quiet);
  expect(notes).toHaveLength(1);
  for (const path of ['teachers/my teacher/a', 'teachers/Big/.DS_Store', 'teachers/Big/passwd']) {
    expect(notes[0]).toContain(`"${path}"`);
  }
  const { teachers } = await taken(temporaryWorkspace('into'), order.target);
  expect(teachers).toEqual(['Big']);
  expect(readFileSync(join(from.directory, 'teachers', 'big', 'a'), 'utf8')).toBe('a');
});
