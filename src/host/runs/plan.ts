/** Checks before a run is created or goes on, so that nothing is half-written: everything it names
 * is there and fits. */
import { taskOf } from '../../core/arch/families/student-family.ts';
import { limitsOf, expandConfig } from '../../bridge/config/expand-config.ts';
import { nearestWord } from '../../bridge/words/nearest-word.ts';
import type { FamiliedSearch, ParsedSearchInput } from '../../bridge/schemas/records.ts';
import { nearestStudent } from '../../core/arch/nearest-student.ts';
import type { StudentFamily } from '../../core/arch/families/student-family.ts';
import { defaultFamilyNames, studentSpace } from '../../core/arch/families/registry.ts';
import { dataKindOf, recipeFor, strangeAugmentations } from '../../core/data-kinds.ts';
import { invalid, WorkbenchError } from '../../core/errors.ts';
import { knownLimits } from '../../core/latency.ts';
import type { Recipe } from '../../core/records/recipe.ts';
import type { PriorResult, Run, SearchConfig } from '../../core/records/run.ts';
import type { SpaceKind } from '../../core/records/space-kind.ts';
import type { RunSources } from '../../core/records/sources.ts';
import type { Candidate } from '../../core/space/space.ts';
import { listStudents } from '../../core/strategies/listed.ts';
import {
  currentOptions,
  checkNeeds,
  checkOptionValues,
  checkStudents,
  needsOf,
  strategyInfo,
} from '../../core/strategies/registry.ts';
import type { FamilySurvey } from '../processes/strategy-worker.ts';
import { baselineAccuracy, largestWithin, typicalOf, within } from '../library/catalog.ts';
import type { Catalog, Found } from '../library/catalog.ts';
import { checkDatasetFiles } from '../library/dataset-files.ts';
import type { DatasetCard } from '../../core/records/dataset-card.ts';
import type { CheckedDataset } from '../library/dataset-files.ts';
import { assertSameDataset, assertSameTeacher, assertTaughtOn } from '../library/known-sources.ts';
import { graphOf, paramsOf } from '../../core/teacher.ts';
import { isOfAnotherSet, sizingTeacher, teacherFor } from './plan-teacher.ts';
import { limitsInForce, spaceKindOf } from './space-kind.ts';
import { shippedPrior } from './transfer.ts';
import { keepsWeights } from './context.ts';
import type { RunPlaces } from './context.ts';
import { readTeacherSources } from '../library/teacher-files.ts';
import type { TeacherCard } from '../../core/records/teacher-card.ts';
import type { Capacity } from '../executors/executor.ts';

export interface RunPlan {
  readonly config: SearchConfig;
  readonly places: RunPlaces;
  readonly strategyVersion: number;
  readonly dataset: CheckedDataset;
  /** As they are now. */
  readonly sources: RunSources;
}

export interface StartPlan extends RunPlan {
  /** What it is to learn from of the table of the program. */
  readonly shipped: readonly PriorResult[];
}

interface PlanParts {
  readonly at?: Date;
  /** Reads and hashes every file of the data set: for many runs at once, once for all of them. */
  readonly checkFiles?: (directory: string, card: DatasetCard) => Promise<CheckedDataset>;
}

/** A search that can be started, as far as no file of its data set has to be read to tell. */
export interface SettledSearch {
  readonly config: SearchConfig;
  readonly dataset: Found<DatasetCard>;
  readonly teacher: Found<TeacherCard> | undefined;
  /** What the table of the program knows of its students; undefined where it is not asked for. */
  readonly shipped: readonly PriorResult[] | undefined;
}

/** What a preview and a start ask alike, so that neither accepts what the other refuses. Throws as
 * `planRun` does. */
export async function settleSearch(
  catalog: Catalog,
  asked: ParsedSearchInput,
  capacity: Capacity,
): Promise<SettledSearch> {
  const dataset = await catalog.dataset(asked.dataset);
  checkNames(fittedTo(asked, dataset.card), dataset);
  const { parsed, space } = await sizedSearch(catalog, asked, dataset);
  const survey = await catalog.survey(dataset, space);
  const largest = largestWithin(survey, limitsOf(parsed.limits));
  const typical = typicalOf(parsed.families, dataset.card, space);
  const baseline = baselineAccuracy(dataset.card);
  // Asked even where the search says how many: a cluster that is not there refuses it here.
  const slots = await capacity();
  const expanded = expandConfig(parsed, largest, { typical, slots, baseline, space });
  const config = {
    ...expanded,
    ...(expanded.students && { students: canonicalStudents(expanded, expanded.students, dataset) }),
  };
  checkReachable(config, survey, dataset);
  checkImages(config, dataset);
  checkAugmentation(config, dataset);
  await checkEmbedding(catalog, config, dataset);
  const teacher = await teacherFor(catalog, parsed, dataset);
  checkNames(parsed, dataset, { found: teacher });
  const shipped = config.priorFrom && (await shippedPrior(catalog, config, dataset.card));
  const { priorFrom: _, ...without } = config;
  // A table that knows none of the students is none to the run.
  const learning = shipped?.length === 0 ? without : config;
  return { config: { ...learning, teacher: teacher?.name ?? config.teacher }, dataset, teacher, shipped };
}

export interface SizedSearch {
  /** With the limits that are in force. */
  readonly parsed: FamiliedSearch;
  readonly space: SpaceKind;
}

const fittedTo = (input: ParsedSearchInput, card: DatasetCard): FamiliedSearch => ({
  ...input,
  families: input.families ?? [...defaultFamilyNames(card)],
  recipe: recipeFor(dataKindOf(card), input.recipe),
});

/** What is wrong with the teacher is told where a search is settled. */
export async function sizedSearch(
  catalog: Catalog,
  input: ParsedSearchInput,
  dataset: Found<DatasetCard>,
): Promise<SizedSearch> {
  const parsed = fittedTo(input, dataset.card);
  const isAsked = parsed.space === 'wide' && parsed.scale === undefined;
  const teacher = isAsked ? await sizingTeacher(catalog, parsed, dataset).catch(() => undefined) : undefined;
  const teacherParams = teacher && paramsOf(teacher.card);
  const limits = limitsInForce(parsed, teacherParams);
  return { parsed: { ...parsed, limits }, space: spaceKindOf(parsed, dataset.card, teacherParams) };
}

/** Throws the typed error of the first thing that is wrong; writes nothing. */
export async function planRun(
  catalog: Catalog,
  parsed: ParsedSearchInput,
  capacity: Capacity,
  { at = new Date(), checkFiles = checkDatasetFiles }: PlanParts = {},
): Promise<StartPlan> {
  const { config, dataset, teacher, shipped = [] } = await settleSearch(catalog, parsed, capacity);
  const checked = await checkFiles(dataset.directory, dataset.card);
  const complete = { ...config, datasetFingerprint: checked.fingerprints[0] };
  return { ...(await planOf(catalog, complete, { dataset, teacher }, checked, at)), shipped };
}

/** The same for a run that goes on: its data set or teacher may be gone or changed. `known`: what
 * it was trained on so far. */
export async function planResume(
  catalog: Catalog,
  run: Pick<Run, 'name' | 'config'>,
  known: RunSources | undefined,
  at = new Date(),
): Promise<RunPlan> {
  const { config } = run;
  const dataset = await catalog.dataset(config.dataset);
  const checked = await checkDatasetFiles(dataset.directory, dataset.card, (found) =>
    assertSameDataset(run, known, found),
  );
  const { id, options } = config.strategy;
  checkNames({ ...config, strategy: { id, options: currentOptions(id, options) } }, dataset);
  checkImages(config, dataset);
  checkAugmentation(config, dataset);
  await checkEmbedding(catalog, config, dataset);
  const teacher = await teacherFor(catalog, config, dataset);
  checkNames({ ...config, strategy: { id, options: currentOptions(id, options) } }, dataset, { found: teacher });
  const plan = await planOf(catalog, config, { dataset, teacher }, checked, at);
  assertSameTeacher(run, known, plan.sources.teacher);
  return plan;
}

function checkImages(config: SearchConfig, { name, card }: Found<DatasetCard>): void {
  const { noun } = dataKindOf(card);
  const available = card.splits.train.count;
  if (config.trainImages !== undefined && config.trainImages > available) {
    const problem = `${config.trainImages} are asked for, and ${name} has ${available} training ${noun.many}.`;
    throw invalid('trainImages', problem);
  }
  const count = config.trainImages ?? available;
  if (config.recipe.batchSize > count) {
    throw invalid('recipe.batchSize', `${config.recipe.batchSize} is more than the ${count} training ${noun.many}.`);
  }
}

/** Throws `config.invalid` where the recipe asks for what such examples do not take. */
function checkAugmentation({ recipe }: SearchConfig, { name, card }: Found<DatasetCard>): void {
  const kind = dataKindOf(card);
  const [strange] = strangeAugmentations(kind, recipe.augmentation);
  if (strange === undefined) return;
  const { augmentations, noun } = kind;
  const taken = augmentations.length === 0 ? 'They take none' : `They take ${augmentations.join(', ')}`;
  const problem = `${name} has ${noun.many}, which are not changed so. ${taken}: leave it out.`;
  throw invalid(`recipe.augmentation.${strange}`, problem);
}

/** Throws `config.invalid` for a space that the program has no embedding of, and
 * `config.unreadable` where an installation lacks it. */
async function checkEmbedding(
  catalog: Pick<Catalog, 'embedding'>,
  { strategy: { id, options }, families, space: kind }: SearchConfig,
  { card }: Found<DatasetCard>,
): Promise<void> {
  const strategy = { id, options: currentOptions(id, options) };
  if (!needsOf(strategy).includes('embedding')) return;
  const space = studentSpace(families, taskOf(card), kind);
  const { title } = strategyInfo(id);
  checkNeeds({ title, needs: ['embedding'] }, { families: space.families, embedding: await catalog.embedding() });
}

async function planOf(
  catalog: Pick<Catalog, 'members' | 'embeddingFile'>,
  config: SearchConfig,
  { dataset, teacher: found }: Pick<SettledSearch, 'dataset' | 'teacher'>,
  checked: CheckedDataset,
  now: Date,
): Promise<RunPlan> {
  const { directory, card } = dataset;
  const members = found ? await catalog.members(found) : [];
  for (const one of found ? [found, ...members] : []) {
    if (!isOfAnotherSet(config, one, card)) assertTaughtOn(one, dataset.name, checked.sources);
  }
  const taught = found && (await readTeacherSources(found, members));
  const at = now.toISOString();
  const source = sourceOf(config, found, dataset);
  return {
    config,
    places: {
      dataset: { directory, task: taskOf(card), known: { ...checked.sources, at } },
      ...(source && { source }),
      ...(needsOf(config.strategy).includes('embedding') && { embedding: catalog.embeddingFile }),
      teacher: found &&
        taught && {
          directory: found.directory,
          known: { ...taught, at },
          ...(members.length > 0 && { members: members.map(({ directory: place }) => place) }),
        },
    },
    strategyVersion: strategyInfo(config.strategy.id).version,
    dataset: checked,
    sources: { at, dataset: checked.sources, ...(taught && { teacher: taught }) },
  };
}

/** The students that are to be trained, in the order in which they were named and in canonical
 * form. */
function canonicalStudents(
  { families, limits, space: kind }: SearchConfig,
  students: readonly Candidate[],
  { card }: Found<DatasetCard>,
): readonly Candidate[] {
  const space = studentSpace(families, taskOf(card), kind);
  return listStudents(space, limits, students).map(({ candidate }) => candidate);
}

/** What a strategy that begins with the teacher may ask of it. */
function weightsOf(teacher: Found<TeacherCard> | undefined, families: readonly StudentFamily[]) {
  const graph = teacher && graphOf(teacher.card);
  const hasSource = families.some(({ name }) => name === graph?.family);
  return { hasTeacherWeights: graph !== undefined, hasSource };
}

function sourceOf(
  { strategy, families, space: kind }: SearchConfig,
  teacher: Found<TeacherCard> | undefined,
  { card }: Found<DatasetCard>,
): Candidate | undefined {
  const graph = teacher && graphOf(teacher.card);
  if (graph === undefined || !needsOf(strategy).includes('source')) return undefined;
  const space = studentSpace(families, taskOf(card), kind);
  const family = space.families.find(({ name }) => name === graph.family);
  return family && { family: family.name, config: nearestStudent(family, graph) };
}

/** Families, strategy and its options are known, students are given where and only where nothing is
 * searched for, and what the strategy needs is there. `teacher`: once it is known who teaches. */
function checkNames(
  config: Pick<SearchConfig, 'families' | 'strategy' | 'students' | 'checkpoints'> & {
    readonly recipe: Pick<Recipe, 'epochs' | 'seconds' | 'trains'>;
  },
  { card }: Found<DatasetCard>,
  teacher?: { readonly found: Found<TeacherCard> | undefined },
): void {
  const { families } = studentSpace(config.families, taskOf(card));
  const { id, options } = config.strategy;
  const info = strategyInfo(id);
  checkStudents(info, config.students);
  const { epochs, seconds } = config.recipe;
  const run = { families, keepsWeights: keepsWeights(config), ...(seconds === undefined && { epochs }) };
  const { defaults } = info;
  for (const [name, value] of Object.entries(options)) {
    const field = `strategy.options.${name}`;
    const standard = Object.hasOwn(defaults, name) ? defaults[name] : undefined;
    if (standard === undefined) {
      const known = Object.keys(defaults);
      const meant = nearestWord(name, known);
      const hint = meant
        ? `did you mean "${meant}"?`
        : known.length > 0
          ? `it has ${known.join(', ')}.`
          : 'it has none.';
      throw invalid(field, `${id} has no such option: ${hint}`);
    }
    if (typeof value !== typeof standard) {
      throw invalid(field, `a ${typeof standard} is expected (${standard}), but it is ${JSON.stringify(value)}.`);
    }
  }
  const needed = {
    title: info.title,
    // Looked for by `checkEmbedding`, which knows the kind of space.
    needs: needsOf(config.strategy).filter((need) => need !== 'embedding'),
  };
  if (config.recipe.trains === 'head' && !needed.needs.includes('teacher weights')) {
    const problem =
      'the head alone learns nothing over a body that was drawn by chance: train all, or begin with a teacher’s ' +
      'weights (strategy "listed" with the option from: teacher).';
    throw invalid('recipe.trains', problem);
  }
  checkNeeds(needed, { ...run, ...(teacher && weightsOf(teacher.found, families)) });
  checkOptionValues(id, { options, ...(seconds === undefined && { epochs }) });
}

/** Of a search by one network its families alone count that have one. */
function searchedFamilies(
  { families, strategy }: SearchConfig,
  { card }: Pick<Found<DatasetCard>, 'card'>,
): readonly string[] {
  if (!needsOf(strategy).includes('supernet')) return families;
  const all = studentSpace(families, taskOf(card)).families;
  return all.filter(({ supernet }) => supernet !== undefined).map(({ name }) => name);
}

function checkReachable(config: SearchConfig, survey: readonly FamilySurvey[], dataset: Found<DatasetCard>): void {
  const limits = knownLimits(config.limits);
  const families = searchedFamilies(config, dataset);
  const chosen = survey.filter(({ family }) => families.includes(family));
  const students = chosen.flatMap(({ family, params, macs }) =>
    Array.from(params, (count, index) => ({ family, params: count, macs: macs[index] ?? NaN })),
  );
  if (students.some((student) => within(student, limits))) return;
  const wishes = limits.map(({ metric, max }) => `${metric} <= ${max.toLocaleString('en')}`).join(' and ');
  const cheapest = limits.map(({ metric }) => {
    const costOf = (student: (typeof students)[number]): number =>
      metric === 'params' ? student.params : student.macs;
    const least = students.reduce((best, student) => (costOf(student) < costOf(best) ? student : best));
    return (
      `the smallest by ${metric} is a ${least.family} with ${least.params.toLocaleString('en')} params and ` +
      `${least.macs.toLocaleString('en')} MACs`
    );
  });
  throw new WorkbenchError(
    'budget.unreachable',
    `No student of ${families.join(', ')} meets ${wishes}: ${cheapest.join('; ')}. Raise the limit or add a family.`,
    { field: limits.length === 1 ? `limits.${limits[0]?.metric}` : 'limits' },
  );
}
