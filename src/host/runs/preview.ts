/** What a configuration means before it is started: how many students fit, of what size, and how
 * long it may take. */
import { taskOf } from '../../core/arch/families/student-family.ts';
import { familiesOf, givenStudents, limitsOf, wishedBudget } from '../../bridge/config/expand-config.ts';
import type { StudentCosts } from '../../bridge/config/expand-config.ts';
import type { ParsedSearchInput, PreviewView } from '../../bridge/schemas/records.ts';
import { studentSpace } from '../../core/arch/families/registry.ts';
import type { SpaceKind } from '../../core/records/space-kind.ts';
import type { Candidate } from '../../core/space/space.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { listStudents } from '../../core/strategies/listed.ts';
import { asksForLegs } from '../../core/strategies/registry.ts';
import type { ReadableStore } from '../../store/store.ts';
import { within } from '../library/catalog.ts';
import type { Catalog, Found } from '../library/catalog.ts';
import type { DatasetCard } from '../../core/records/dataset-card.ts';
import { settleSearch, sizedSearch } from './plan.ts';
import { readTrials } from '../slices.ts';
import type { Capacity } from '../executors/executor.ts';

const BINS = 24;
/** Runs whose trials are looked at for an estimate. */
const RECENT_RUNS = 5;

/** Throws `dataset.*` and `family.unknown`. */
export async function previewSearch(
  catalog: Catalog,
  store: ReadableStore,
  asked: ParsedSearchInput,
  capacity: Capacity,
): Promise<PreviewView> {
  const dataset = await catalog.dataset(asked.dataset);
  const { parsed, space } = await sizedSearch(catalog, asked, dataset);
  const limits = limitsOf(parsed.limits);
  const { students } = parsed;
  const families = students
    ? givenCosts(dataset, students, space)
    : await searchedCosts(catalog, dataset, parsed.families, space);
  const feasible = families.map((family) => ({
    ...family,
    costs: family.costs.filter((cost) => within(cost, limits)),
  }));
  const counted = families.map((family) => countOf(family, (cost) => within(cost, limits)));
  const all = feasible.flatMap(({ costs }) => costs);
  const budget = wantedBudget(parsed);
  const trainings = students
    ? budget.trainings
    : Math.min(
        budget.trainings,
        counted.reduce((sum, one) => sum + one.feasible, 0),
      );
  const images = Math.min(parsed.trainImages ?? Infinity, dataset.card.splits.train.count);
  const slots = parsed.slots ?? (await capacity());
  const { shipped, refusal } = await settleSearch(catalog, asked, capacity).then(
    (settled) => ({ shipped: settled.shipped, refusal: undefined }),
    (error: unknown) => ({ shipped: undefined, refusal: refusalOf(error) }),
  );
  const seconds = await estimate(store, { ...parsed, slots, trainings }, all, images);
  return {
    students: counted,
    ...(space.kind === 'wide' && !students && { levels: levelsOf(dataset, parsed.families, space) }),
    histogram: histogramOf(all.map(({ params, weight }) => ({ value: Math.log10(params), weight }))),
    ...(limits.length > limitsOf(asked.limits).length && { mostParams: parsed.limits.params }),
    ...(shipped && { prior: shipped.length }),
    budget,
    ...(refusal && { refusal }),
    ...(seconds !== undefined && { seconds }),
  };
}

/** Also of one that is refused: what is said against it stands beside it. */
function wantedBudget(parsed: ParsedSearchInput): PreviewView['budget'] {
  const { students, recipe, strategy } = parsed;
  const budget = students ? givenStudents(students, strategy.options).budget : wishedBudget(parsed);
  const isTimed = recipe.seconds !== undefined;
  const isShort = asksForLegs(strategy) && !isTimed;
  if ('epochs' in budget) {
    return { trainings: budget.epochs / recipe.epochs, epochs: budget.epochs, unit: 'epochs', isShort };
  }
  const epochs = isTimed ? {} : { epochs: budget.trials * recipe.epochs };
  return { trainings: budget.trials, ...epochs, unit: 'trainings', isShort };
}

function levelsOf(
  { card }: Found<DatasetCard>,
  families: readonly string[],
  space: SpaceKind,
): NonNullable<PreviewView['levels']> {
  return studentSpace(families, taskOf(card), space).families.map(({ name, title, dimensions }) => ({
    ...{ family: name, title },
    dimensions: dimensions.map((one) => ({ name: one.name, title: one.title, levels: one.levels })),
  }));
}

/** Throws what is no refusal. */
function refusalOf(error: unknown): NonNullable<PreviewView['refusal']> {
  if (!(error instanceof WorkbenchError)) throw error;
  const { field } = error.place;
  return { message: error.message, ...(field !== undefined && { field }) };
}

interface FamilyCosts {
  readonly family: string;
  readonly total: number;
  readonly costs: readonly WeighedCosts[];
  /** They are a sample. */
  readonly about: boolean;
}

interface WeighedCosts extends StudentCosts {
  /** Students that it stands for. */
  readonly weight: number;
}

/** Exact where all or none fit, which a sample's ends settle; else estimated, to two digits. */
function countOf(
  { family, total, costs, about }: FamilyCosts,
  fits: (cost: StudentCosts) => boolean,
): PreviewView['students'][number] {
  const fitting = costs.filter(fits);
  if (fitting.length === costs.length) return { family, total, feasible: total };
  if (!about) return { family, total, feasible: fitting.length };
  if (fitting.length === 0) return { family, total, feasible: 0 };
  const feasible = Math.max(fitting.length, Math.round(Number(weightOf(fitting).toPrecision(2))));
  return { family, total, feasible, about: true };
}

const weightOf = (costs: readonly WeighedCosts[]): number => costs.reduce((sum, { weight }) => sum + weight, 0);

/** Of every student of the families. */
async function searchedCosts(
  catalog: Catalog,
  dataset: Found<DatasetCard>,
  families: readonly string[],
  space: SpaceKind,
): Promise<readonly FamilyCosts[]> {
  studentSpace(families, taskOf(dataset.card), space);
  const chosen = (await catalog.survey(dataset, space)).filter(({ family }) => families.includes(family));
  return chosen.map(({ family, total, params, macs, weights }) => {
    // A sample's weights sum to about the size, which is known.
    const factor = total / (weights?.reduce((sum, weight) => sum + weight, 0) ?? total);
    const costs = Array.from(params, (count, index) => ({
      ...{ params: count, macs: macs[index] ?? NaN, weight: factor * (weights?.[index] ?? 1) },
    }));
    return { family, total, costs, about: weights !== undefined };
  });
}

/** Of given students alone. */
function givenCosts(
  { card }: Found<DatasetCard>,
  students: readonly Candidate[],
  space: SpaceKind,
): readonly FamilyCosts[] {
  const families = familiesOf(students);
  const members = listStudents(studentSpace(families, taskOf(card), space), [], students);
  return families.map((family) => {
    const own = members.filter(({ candidate }) => candidate.family === family);
    const costs = own.map(({ costs: cost }) => ({
      ...{ params: cost['params'] ?? NaN, macs: cost['macs'] ?? NaN, weight: 1 },
    }));
    return { family, total: costs.length, costs, about: false };
  });
}

/** Equal bins from the least to the greatest value; one bin where all are equal. */
function histogramOf(
  values: readonly { readonly value: number; readonly weight: number }[],
  bins = BINS,
): PreviewView['histogram'] {
  if (values.length === 0) return [];
  const from = values.reduce((least, { value }) => Math.min(least, value), Infinity);
  const to = values.reduce((most, { value }) => Math.max(most, value), -Infinity);
  const count = to > from ? bins : 1;
  const width = (to - from) / count;
  const counts = new Array<number>(count).fill(0);
  for (const { value, weight } of values) {
    const bin = width > 0 ? Math.min(count - 1, Math.floor((value - from) / width)) : 0;
    counts[bin] = (counts[bin] ?? 0) + weight;
  }
  return counts.map((members, bin) => {
    return { from: from + bin * width, to: from + (bin + 1) * width, count: Math.round(members) };
  });
}

interface Sample {
  readonly macs: number;
  /** Of one image, one epoch. */
  readonly seconds: number;
}

/** Seconds of the whole search from finished trials of this workspace: a line in MACs, for one
 * image and one epoch. */
async function estimate(
  store: ReadableStore,
  { recipe, trainings, slots, dataset }: ParsedSearchInput & { readonly slots: number; readonly trainings: number },
  students: readonly WeighedCosts[],
  images: number,
): Promise<number | undefined> {
  const sideBySide = Math.min(slots, trainings);
  if (recipe.seconds !== undefined) return trainings > 0 ? (recipe.seconds * trainings) / sideBySide : undefined;
  const samples: Sample[] = [];
  for (const { run } of store.runs({ limit: RECENT_RUNS }).rows) {
    if (run.config.dataset !== dataset || run.config.recipe.seconds !== undefined) continue;
    const work = run.config.recipe.epochs * (run.config.trainImages ?? images);
    for (const { attempts, macs, seconds } of await readTrials(store, run.id, { states: ['finished'] })) {
      if (attempts === 1) samples.push({ macs, seconds: seconds / work });
    }
  }
  if (samples.length === 0 || students.length === 0) return undefined;
  const line = fitLine(samples);
  // Strategies spread their students over cost, as a sample does: there each counts alike.
  const each = students.reduce((sum, { macs }) => sum + Math.max(0, line(macs)), 0) / students.length;
  return (each * recipe.epochs * images * trainings) / sideBySide;
}

/** Least squares; a mean where the samples say nothing about a slope, or say that more work takes
 * less time. */
function fitLine(samples: readonly Sample[]): (macs: number) => number {
  const mean = (of: (sample: Sample) => number): number =>
    samples.reduce((sum, one) => sum + of(one), 0) / samples.length;
  const [centre, level] = [mean(({ macs }) => macs), mean(({ seconds }) => seconds)];
  const variance = mean(({ macs }) => (macs - centre) ** 2);
  const slope = variance > 0 ? mean(({ macs, seconds }) => (macs - centre) * (seconds - level)) / variance : 0;
  return (macs) => level + Math.max(0, slope) * (macs - centre);
}

export const testing = { histogramOf };
