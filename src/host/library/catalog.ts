/** What a search can choose from: data sets and teachers of the program and of the workspace,
 * families, strategies. */
import { taskOf } from '../../core/arch/families/student-family.ts';
import type { TaskCard } from '../../core/arch/families/student-family.ts';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetView, FamilyView, StrategyView, TeacherView } from '../../bridge/schemas/records.ts';
import type { StudentCosts } from '../../bridge/config/expand-config.ts';
import { parsePlain } from '../../bridge/plain-value.ts';
import { SHIPPED_TABLE } from '../../bridge/words/prior-words.ts';
import { familyNamesFor, studentSpace } from '../../core/arch/families/registry.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { knownLimits } from '../../core/latency.ts';
import { median } from '../../core/math/quantile.ts';
import { isFeasible } from '../../core/objective.ts';
import type { Limit } from '../../core/objective.ts';
import { parseTable } from '../../core/strategies/recorded-table.ts';
import type { RecordedTable } from '../../core/strategies/recorded-table.ts';
import { accuracyOf, graphOf, kindOf, layerWords, macsOf, membersOf, paramsOf } from '../../core/teacher.ts';
import type { Embedding } from '../../core/strategies/embedding.ts';
import { LISTED, STRATEGY_INFOS } from '../../core/strategies/registry.ts';
import { surveySpace } from '../processes/strategy-client.ts';
import type { FamilySurvey } from '../processes/strategy-worker.ts';
import { readDatasetCard } from './dataset-files.ts';
import { embeddingIn, readEmbedding } from './embedding.ts';
import type { DatasetCard } from '../../core/records/dataset-card.ts';
import { readTeacherCard } from './teacher-files.ts';
import type { SpaceKind } from '../../core/records/space-kind.ts';
import type { TeacherCard } from '../../core/records/teacher-card.ts';

/** What the bridge takes for a name. */
const LONGEST_NAME = 120;

/** Spaces whose survey is kept: while levels are being typed each state is one. */
const MOST_SURVEYS = 24;

/** By families, shape, classes and kind of space: they are the same for every catalog. */
const surveys = new Map<string, Promise<readonly FamilySurvey[]>>();

/** Something found in a folder of its own; its name is the folder's. */
export interface Found<Card> {
  readonly name: string;
  readonly directory: string;
  readonly bundled: boolean;
  readonly card: Card;
}

interface Place {
  readonly root: string;
  readonly bundled: boolean;
}

export interface Catalog {
  datasets(): Promise<readonly DatasetView[]>;
  teachers(): Promise<readonly TeacherView[]>;
  /** With their folders and cards, in the order of their names. */
  foundDatasets(): Promise<readonly Found<DatasetCard>[]>;
  foundTeachers(): Promise<readonly Found<TeacherCard>[]>;
  families(dataset: string): Promise<readonly FamilyView[]>;
  strategies(): readonly StrategyView[];
  /** Throws `dataset.missing`, naming those there are. */
  dataset(name: string): Promise<Found<DatasetCard>>;
  /** Throws `teacher.missing`, naming those there are. */
  teacher(name: string): Promise<Found<TeacherCard>>;
  /** Of an ensemble, in the order of its card; none of any other. Throws `teacher.missing`. */
  members(teacher: Found<TeacherCard>): Promise<readonly Found<TeacherCard>[]>;
  /** Costs of every student of every family for a data set, or of a sample; computed once. */
  survey(dataset: Found<DatasetCard>, space?: SpaceKind): Promise<readonly FamilySurvey[]>;
  /** What the program knows of students that were trained before it was shipped. Throws
   * `config.unreadable` where an installation lacks it. */
  shippedTable(): Promise<RecordedTable>;
  /** Of cells: what the program comes with, read once. Throws `config.unreadable` where an
   * installation lacks it. */
  embedding(): Promise<Embedding>;
  readonly embeddingFile: string;
  /** SHA-256 of its file; `undefined` where an installation lacks it. */
  shippedTableHash(): Promise<string | undefined>;
}

/**
 * Folders of the workspace and of the program's resources. Bundled names are taken: a folder of the
 * workspace that has one is no other fashion-mnist, whoever put it there.
 */
export function createCatalog(resources: string, workspace: string): Catalog {
  async function placesOf(kind: string): Promise<ReadonlyMap<string, Place>> {
    const places = new Map<string, Place>();
    for (const name of await foldersIn(join(workspace, kind))) places.set(name, { root: workspace, bundled: false });
    for (const name of await foldersIn(join(resources, kind))) places.set(name, { root: resources, bundled: true });
    return places;
  }

  async function find<Card>(kind: string, read: (directory: string) => Promise<Card>): Promise<readonly Found<Card>[]> {
    const found = new Map<string, Found<Card>>();
    for (const [name, { root, bundled }] of await placesOf(kind)) {
      const directory = join(root, kind, name);
      // A broken folder is no reason to hide the others; asking for it by name says what is wrong
      // with it.
      const card = await read(directory).catch(() => undefined);
      if (card !== undefined) found.set(name, { name, directory, bundled, card });
    }
    return [...found.values()].sort((left, right) => left.name.localeCompare(right.name));
  }

  async function one<Card>(
    kind: string,
    name: string,
    read: (directory: string) => Promise<Card>,
    missing: (known: readonly string[]) => WorkbenchError,
  ): Promise<Found<Card>> {
    const names = await placesOf(kind);
    const place = names.get(name);
    if (place === undefined) throw missing([...names.keys()].sort());
    const directory = join(place.root, kind, name);
    return { name, directory, bundled: place.bundled, card: await read(directory) };
  }

  const dataset = (name: string): Promise<Found<DatasetCard>> =>
    one('datasets', name, readDatasetCard, (known) =>
      unknown('dataset.missing', 'data set', name, known, 'dataset', 'import it'),
    );

  const foundDatasets = (): Promise<readonly Found<DatasetCard>[]> => find('datasets', readDatasetCard);
  const foundTeachers = (): Promise<readonly Found<TeacherCard>[]> => find('teachers', readTeacherCard);

  const survey = ({ card }: Found<DatasetCard>, kind?: SpaceKind): Promise<readonly FamilySurvey[]> => {
    const space = {
      ...{ families: familyNamesFor(card), ...taskOf(card) },
      ...(kind?.kind === 'wide' && { space: asAsked(kind) }),
    };
    const key = JSON.stringify(space);
    const known = surveys.get(key) ?? surveySpace(space);
    // The one asked for last stays longest.
    surveys.delete(key);
    surveys.set(key, known);
    for (const oldest of surveys.keys()) if (surveys.size > MOST_SURVEYS) surveys.delete(oldest);
    known.catch(() => surveys.delete(key));
    return known;
  };

  const tableFile = join(resources, 'tables', `${SHIPPED_TABLE.name}.json`);

  const embeddingFile = embeddingIn(resources);
  let embedding: Promise<Embedding> | undefined;

  return {
    dataset,
    survey,
    embeddingFile,
    embedding: () => (embedding ??= readEmbedding(embeddingFile)),
    shippedTableHash: () =>
      readFile(tableFile).then(
        (bytes) => createHash('sha256').update(bytes).digest('hex'),
        () => undefined,
      ),
    shippedTable: async () => {
      const file = tableFile;
      const text = await readFile(file, 'utf8').catch((error: unknown) => {
        const problem = `The table of the program cannot be read (${file}): install it anew, or search without it.`;
        throw new WorkbenchError('config.unreadable', problem, { field: 'prior' }, { cause: error });
      });
      return parseTable(parsePlain(text, file), file);
    },
    teacher: (name) =>
      one('teachers', name, readTeacherCard, (known) =>
        unknown('teacher.missing', 'teacher', name, known, 'teacher', 'train or import one'),
      ),
    members: async ({ name, card }) => {
      const found: Found<TeacherCard>[] = [];
      for (const member of membersOf(card)) {
        const missing = (): WorkbenchError =>
          new WorkbenchError(
            'teacher.missing',
            `The teacher "${name}" is an ensemble, and its member "${member.name}" is not here: put it back, or ` +
              'choose another teacher.',
            { field: 'teacher' },
          );
        found.push(await one('teachers', member.name, readTeacherCard, missing));
      }
      return found;
    },
    foundDatasets,
    foundTeachers,
    datasets: async () => (await foundDatasets()).map(datasetView),
    teachers: async () => (await foundTeachers()).map(teacherView),
    families: async (name) => {
      const found = await dataset(name);
      return familyViews(found.card, await survey(found));
    },
    strategies: () => [...STRATEGY_INFOS, LISTED.info],
  };
}

/** Families that are not searched have the levels of the scale: so the levels in force of some say
 * no more than somebody's own. */
const asAsked = ({ kind, scale, own }: Extract<SpaceKind, { kind: 'wide' }>): SpaceKind => ({
  ...{ kind, scale },
  ...(own && { levels: own }),
});

/** Costs of the largest student of all families within the limits; 1 where there is none. */
export function largestWithin(surveys: readonly FamilySurvey[], limits: readonly Limit[]): StudentCosts {
  const largest = { params: 1, macs: 1 };
  for (const family of surveys) {
    family.params.forEach((params, index) => {
      const macs = family.macs[index] ?? NaN;
      if (!within({ params, macs }, limits)) return;
      largest.params = Math.max(largest.params, params);
      largest.macs = Math.max(largest.macs, macs);
    });
  }
  return largest;
}

/** Medians of the costs of the families' reference students. */
export function typicalOf(names: readonly string[], card: TaskCard, kind?: SpaceKind): StudentCosts {
  const costs = studentSpace(names, taskOf(card), kind).families.map((family) => family.costs(family.reference));
  const middle = (metric: string): number => median(costs.map((cost) => cost[metric] ?? NaN));
  return { params: middle('params'), macs: middle('macs') };
}

/** Accuracy on the validation split of naming its commonest class each time; of chance, where the
 * card counts no classes. */
export function baselineAccuracy({ classes, splits }: Pick<DatasetCard, 'classes' | 'splits'>): number {
  const counts = splits.val.balance ?? [];
  const images = counts.reduce((sum, count) => sum + count, 0);
  return images > 0 ? Math.max(...counts) / images : 1 / classes.length;
}

/** Every limit that is settled before anything is measured. */
export function within(costs: StudentCosts, limits: readonly Limit[]): boolean {
  return isFeasible({ ...costs }, knownLimits(limits));
}

/** Those that a window could not be told of by name are none. */
async function foldersIn(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .map((entry) => entry.name)
    .filter((name) => name.length <= LONGEST_NAME);
}

function unknown(
  code: 'dataset.missing' | 'teacher.missing',
  what: string,
  name: string,
  known: readonly string[],
  field: string,
  remedy: string,
): WorkbenchError {
  const choice =
    known.length > 0 ? `Choose from: ${known.join(', ')}, or ${remedy}.` : `There are none yet: ${remedy} first.`;
  return new WorkbenchError(code, `There is no ${what} "${name}". ${choice}`, { field });
}

export function datasetView({ name, bundled, card }: Found<DatasetCard>): DatasetView {
  const { title, licence, classes, shape, example, groups, fingerprint, source, date, warnings } = card;
  const { train, val, test } = card.splits;
  const counts = { train: train.count, validation: val.count, test: test.count };
  const balance =
    train.balance && val.balance && test.balance
      ? { train: train.balance, validation: val.balance, test: test.balance }
      : undefined;
  const known = { ...(balance && { balance }), fingerprint, source, date, warnings };
  const playable = [train, val, test].every(({ recordings }) => recordings !== undefined);
  const kind = { ...(example && { example }), ...(groups && { groups: groups.length }), ...(playable && { playable }) };
  return { name, title, licence, classes, shape, ...kind, splits: counts, ...known, bundled };
}

function teacherView({ name, bundled, card }: Found<TeacherCard>): TeacherView {
  const { title, dataset } = card;
  const [graph, params, macs] = [graphOf(card), paramsOf(card), macsOf(card)];
  const { train, validation, test } = accuracyOf(card);
  return {
    name,
    title,
    dataset: dataset.id,
    kind: kindOf(card),
    ...(graph && { graph }),
    ...(card.kind === 'onnx' && card.layers && { layers: card.layers.map(layerWords) }),
    ...(params !== undefined && { params }),
    ...(macs !== undefined && { macs }),
    ...(train !== undefined && { trainAccuracy: train }),
    ...(validation !== undefined && { validationAccuracy: validation }),
    ...(test !== undefined && { testAccuracy: test }),
    summary: summaryOf(card),
    bundled,
  };
}

function summaryOf(card: TeacherCard): string {
  if (card.kind === 'onnx') return `An ONNX file from elsewhere, tried on ${card.dataset.title}.`;
  if (card.kind === 'ensemble')
    return `The mean of the ${card.mean} of ${listText(card.members.map(({ name }) => name))}.`;
  if (card.kind === 'logits') return `Answers to the examples of ${card.dataset.title} that were given elsewhere.`;
  const { dataset, recipe, seed } = card;
  return (
    `Trained on ${dataset.trainImages.toLocaleString('en')} examples of ${dataset.title} for ${recipe.epochs} epochs ` +
    `(${recipe.optimizer}, seed ${seed}).`
  );
}

const listText = (names: readonly string[]): string =>
  names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

function familyViews(card: DatasetCard, surveys: readonly FamilySurvey[]): readonly FamilyView[] {
  const space = studentSpace(familyNamesFor(card), taskOf(card));
  return space.families.map((family) => {
    const costs = family.costs(family.reference);
    return {
      name: family.name,
      title: family.title,
      dimensions: family.dimensions.map(({ name, title, levels }) => ({ name, title, levels })),
      students: surveys.find((survey) => survey.family === family.name)?.total ?? 0,
      reference: { config: family.reference, params: costs['params'] ?? NaN, macs: costs['macs'] ?? NaN },
    };
  });
}
