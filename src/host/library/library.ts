/** Teachers and data sets as a person keeps them: what each takes and is used by, what is in it,
 * and how it goes away. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type {
  BalanceView,
  LibraryRecordView,
  LibraryView,
  RecordingInput,
  RecordingView,
  SamplesView,
  TeacherDetailView,
  UsageView,
} from '../../bridge/schemas/library.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { move } from '../../store/disk.ts';
import type { WorkspaceFiles } from '../../store/files.ts';
import type { ReadableStore } from '../../store/store.ts';
import { bytesIn } from '../../store/upkeep/waste.ts';
import type { Catalog, Found } from './catalog.ts';
import { fingerprintOf, labelsOf, readImages } from './dataset-files.ts';
import { readNames, readRecording } from './dataset-sides.ts';
import { fingerprintOf as fingerprintOfTeacher, readCurve } from './teacher-files.ts';
import { SPLITS as SPLIT_NAMES } from '../../core/records/sources.ts';
import type { EnsembleCard, Judged, LogitsCard, OnnxCard, TeacherCard } from '../../core/records/teacher-card.ts';
import { SPLIT_WORDS } from '../../core/sources.ts';
import { membersOf } from '../../core/teacher.ts';

export interface SampleQuery {
  readonly name: string;
  readonly split: 'train' | 'validation' | 'test';
  readonly label?: number | undefined;
  readonly offset: number;
  readonly limit: number;
}

export interface LibraryParts {
  readonly store: ReadableStore;
  readonly files: Pick<WorkspaceFiles, 'temp'>;
  readonly catalog: Catalog;
  /** Data sets that work under way needs, with words for what it is. */
  readonly inHand: () => readonly { readonly dataset: string; readonly words: string }[];
  /** Called when one has gone. */
  readonly changed: () => void;
}

const SPLITS = { train: 'train', validation: 'val', test: 'test' } as const;
/** Of those that use something, as many are named. */
const MOST_NAMED = 5;

export function createLibrary({ store, files, catalog, inHand, changed }: LibraryParts) {
  /** By names, as long as they mean the same: a run of a data set that was imported anew under its
   * name counts, too. */
  function usersOf(kind: 'teacher' | 'dataset', name: string, teachers: readonly Found<TeacherCard>[]): UsageView {
    const filter = kind === 'teacher' ? { teachers: [name] } : { datasets: [name] };
    const { rows, total } = store.runs({ ...filter, trash: 'with', limit: MOST_NAMED });
    const uses = ({ card }: Found<TeacherCard>): boolean =>
      kind === 'dataset' ? card.dataset.id === name : membersOf(card).some((member) => member.name === name);
    const taught = teachers.filter(uses);
    return {
      runs: rows.map(({ run }) => ({ id: run.id, name: run.name })),
      runCount: total,
      teachers: taught.map((teacher) => teacher.name),
    };
  }

  async function remove(
    kind: 'teacher' | 'dataset',
    { name, directory, bundled }: Found<unknown>,
    others: readonly string[],
  ): Promise<void> {
    const what = `${kind === 'teacher' ? 'The teacher' : 'The data set'} "${name}"`;
    const refuse = (why: string): WorkbenchError => new WorkbenchError('run.state', `${what} ${why}`);
    if (bundled) throw refuse('belongs to the program: it cannot be removed.');
    const usage = usersOf(kind, name, await catalog.foundTeachers());
    const named = [...usage.runs.map((run) => `"${run.name}"`), ...taughtBy(usage), ...others];
    const more = usage.runCount - usage.runs.length;
    if (named.length > 0) {
      const all = `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
      throw refuse(`is used by ${all}: remove what uses it first.`);
    }
    // Out of its place at once, whole; what a kill leaves of it is swept with the session's folder.
    const gone = join(files.temp, `removed-${kind}-${name}-${Date.now()}`);
    move(directory, gone);
    rmSync(gone, { recursive: true, force: true });
    changed();
  }

  return {
    records: async (): Promise<LibraryView> => {
      const teachers = await catalog.foundTeachers();
      const record = (
        kind: 'teacher' | 'dataset',
        { name, directory }: Found<unknown>,
        fingerprint: string | undefined,
      ): LibraryRecordView => {
        const known = fingerprint === undefined || fingerprint === '' ? {} : { fingerprint };
        return { name, ...known, bytes: bytesIn(directory), usage: usersOf(kind, name, teachers) };
      };
      return {
        teachers: teachers.map((one) => record('teacher', one, fingerprintOfTeacher(one.card))),
        datasets: (await catalog.foundDatasets()).map((one) => record('dataset', one, fingerprintOf(one.card))),
      };
    },
    teacher: async (name: string) => {
      const { directory, card } = await catalog.teacher(name);
      return detailOf(card, await readCurve(directory));
    },
    balance: async (name: string): Promise<BalanceView> => {
      const found = await catalog.dataset(name);
      const { train, val, test } = found.card.splits;
      if (train.balance && val.balance && test.balance) {
        return { train: train.balance, validation: val.balance, test: test.balance };
      }
      const counts = async (split: keyof typeof SPLITS): Promise<readonly number[]> => {
        const totals = new Array<number>(found.card.classes.length).fill(0);
        for (const label of await labelsOf(found, SPLITS[split])) totals[label] = (totals[label] ?? 0) + 1;
        return totals;
      };
      const [ofTrain, validation, ofTest] = await Promise.all([counts('train'), counts('validation'), counts('test')]);
      return { train: ofTrain, validation, test: ofTest };
    },
    samples: async ({ name, split, label, offset, limit }: SampleQuery): Promise<SamplesView> => {
      const found = await catalog.dataset(name);
      const labels = await labelsOf(found, SPLITS[split]);
      const places = [...labels.keys()].filter((place) => label === undefined || labels[place] === label);
      const indices = places.slice(offset, offset + limit);
      const { shape } = found.card;
      const pixels = indices.length === 0 ? new Uint8Array() : await readImages(found, SPLITS[split], indices);
      const names = await readNames(found, SPLITS[split], indices);
      const page = { indices, labels: indices.map((place) => labels[place] ?? 0), pixels, ...(names && { names }) };
      return { total: places.length, shape, ...page };
    },
    /** Throws `usage.invalid` where none was kept, or there is no such example. */
    recording: async ({ name, split, index }: RecordingInput): Promise<RecordingView> => {
      const found = await catalog.dataset(name);
      const samples = await readRecording(found, SPLITS[split], index);
      const { example } = found.card;
      if (samples !== undefined && example?.kind === 'spectrogram') return { rate: example.rate, samples };
      const problem = `index: the data set "${name}" keeps no sound of the ${split} example ${index}.`;
      throw new WorkbenchError('usage.invalid', problem, { field: 'index' });
    },
    /** Throws `run.state` for a bundled one, and while anything uses it. */
    removeTeacher: async (name: string) => remove('teacher', await catalog.teacher(name), []),
    removeDataset: async (name: string) => {
      const work = inHand().filter(({ dataset }) => dataset === name);
      await remove(
        'dataset',
        await catalog.dataset(name),
        work.map(({ words }) => words),
      );
    },
  };
}

const taughtBy = ({ teachers }: UsageView): readonly string[] => teachers.map((name) => `the teacher "${name}"`);

function detailOf(card: TeacherCard, points: TeacherDetailView['points']): TeacherDetailView {
  if (card.kind === 'onnx') return { points, facts: readingFacts(card) };
  if (card.kind === 'logits') return { points, facts: rowFacts(card) };
  if (card.kind === 'ensemble') return { points, facts: memberFacts(card) };
  const { recipe, seed, dataset, seconds, date, backend } = card;
  const { epochs, optimizer, learningRate, batchSize } = recipe;
  return {
    ...{ points, epochs, optimizer, seed, trainImages: dataset.trainImages },
    ...(learningRate !== undefined && { learningRate }),
    ...(batchSize !== undefined && { batchSize }),
    ...(seconds !== undefined && { seconds }),
    ...(date !== undefined && { date }),
    ...(backend !== undefined && { backend }),
  };
}

function memberFacts({ mean, members, accuracy, date }: EnsembleCard): NonNullable<TeacherDetailView['facts']> {
  return [
    ['Kind', 'ensemble'],
    ['Mean of', mean],
    ...members.map(({ name }, index) => [`Member ${index + 1}`, name] as const),
    ...trainingFact(accuracy),
    ...(date !== undefined ? ([['Date', date]] as const) : []),
  ];
}

const trainingFact = ({ train }: Judged): NonNullable<TeacherDetailView['facts']> =>
  train === undefined ? [] : [['Training accuracy', `${(100 * train).toFixed(2)} %`]];

/** What a file of answers had, as people say it. */
function rowFacts({ gives, rows, accuracy, date }: LogitsCard): NonNullable<TeacherDetailView['facts']> {
  return [
    ['Kind', 'file of logits'],
    ['Gave', gives],
    ...SPLIT_NAMES.map((name) => [`Rows, ${SPLIT_WORDS[name]}`, rows[name]?.toLocaleString('en') ?? 'none'] as const),
    ...trainingFact(accuracy),
    ...(date !== undefined ? ([['Date', date]] as const) : []),
  ];
}

/** `0-255` -> `0 to 255` */
const rangeOf = ({ scale }: OnnxCard['guesses'][number]): string =>
  scale.replace(/(?<=\d)-(?=-?\d)/, ' to ').replaceAll(/-(?=\d)/g, '−');

/** How an ONNX file is shown examples, as people say it. */
function readingFacts({ reading, guesses, date }: OnnxCard): NonNullable<TeacherDetailView['facts']> {
  const { input, output, layout, size, channels, order, type, gives, batch, isFixed } = reading;
  const [best] = guesses;
  return [
    ['Kind', 'ONNX file'],
    ['Input', `${input}, ${type}, ${layout.toUpperCase()}`],
    // Steps lie in one column, and have no colours.
    ['Size', `${size.join(' x ')}${channels === 3 && size[1] > 1 ? `, ${order.toUpperCase()}` : ''}`],
    ...(best ? ([['Numbers', `${rangeOf(best)}, mean ${best.mean}, deviation ${best.deviation}`]] as const) : []),
    ['Output', `${output}, ${gives}`],
    ...(best ? ([['Classes', best.classes]] as const) : []),
    ['At a time', isFixed ? String(batch) : 'any number'],
    ...(date !== undefined ? ([['Date', date]] as const) : []),
  ];
}
