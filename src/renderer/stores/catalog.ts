/** What there is to search with: data sets, teachers, families and strategies, read once when first
 * needed. */
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import { useClient } from '../api.ts';
import { sampleTask, STUDENT_FAMILIES, studentFamily } from '../../core/arch/families/registry.ts';
import { BASE_SCALE } from '../../core/arch/families/wide/levels.ts';
import type { Role } from '../../core/space/space.ts';
import type { DatasetView, FamilyView, StrategyView, TeacherView } from '../../bridge/schemas/records.ts';
import type { SystemView } from '../../bridge/schemas/system.ts';

/** The families of this build, for as long as the catalog's own are being counted. No title depends
 * on the task. */
const OWN_FAMILIES = new Map(
  Object.entries(STUDENT_FAMILIES).map(([name, family]) => [name, family(sampleTask(name))]),
);

/** Of their wide spaces, which have more dimensions. */
const WIDE_FAMILIES = new Map(
  [...OWN_FAMILIES.keys()].map((name) => [
    name,
    studentFamily(name, sampleTask(name), { kind: 'wide', scale: BASE_SCALE }),
  ]),
);

export const useCatalog = defineStore('catalog', () => {
  const system = shallowRef<SystemView>();
  const datasets = shallowRef<readonly DatasetView[]>([]);
  const teachers = shallowRef<readonly TeacherView[]>([]);
  const ways = shallowRef<readonly StrategyView[]>([]);
  /** Those that search; what trains given students is known by its id. */
  const strategies = computed(() => ways.value.filter(({ accepts }) => accepts?.includes('students') !== true));
  const families = shallowRef<ReadonlyMap<string, readonly FamilyView[]>>(new Map());
  /** Everything is here. */
  const isRead = shallowRef(false);
  let reading: Promise<void> | undefined;

  /** Shared by everyone who asks while it is under way; asked again after a failure. */
  function read(): Promise<void> {
    reading ??= readAll().catch((error: unknown) => {
      reading = undefined;
      throw error;
    });
    return reading;
  }

  async function readAll(): Promise<void> {
    const { system: shell, catalog } = useClient();
    // Names and what examples are called are shown as soon as they are there; to count the spaces
    // of families can take seconds.
    const [sets] = await Promise.all([
      catalog.datasets().then((found) => (datasets.value = found)),
      shell.info().then((info) => (system.value = info)),
      catalog.teachers().then((schools) => (teachers.value = schools)),
      catalog.strategies().then((known) => (ways.value = known)),
    ]);
    const spaces = await Promise.all(sets.map(({ name }) => catalog.families({ dataset: name })));
    families.value = new Map(sets.map(({ name }, index) => [name, spaces[index] ?? []]));
    isRead.value = true;
  }

  /** After a teacher or a data set came or went. */
  function readAgain(): Promise<void> {
    reading = undefined;
    return read();
  }

  const datasetOf = (name: string): DatasetView | undefined => datasets.value.find((one) => one.name === name);
  const teacherOf = (name: string): TeacherView | undefined => teachers.value.find((one) => one.name === name);
  const datasetTitle = (name: string): string => datasetOf(name)?.title ?? name;
  const strategyOf = (id: string): StrategyView | undefined => ways.value.find((one) => one.id === id);
  const strategyTitle = (id: string): string => strategyOf(id)?.title ?? id;
  /** Where a strategy's mark is among all: that of the catalog, and behind it what the catalog
   * lost, in the order of `played`. */
  const strategyPlace = (id: string, played: readonly string[]): number => {
    const place = strategies.value.findIndex((one) => one.id === id);
    return place < 0 ? strategies.value.length + played.indexOf(id) : place;
  };
  const familiesOf = (dataset: string): readonly FamilyView[] => families.value.get(dataset) ?? [];

  const familyByName = computed(() => new Map([...families.value.values()].flat().map((one) => [one.name, one])));

  /** Proper names; a key of its own where the catalog does not know it, or is not there yet. */
  const familyTitle = (name: string): string =>
    familyByName.value.get(name)?.title ?? OWN_FAMILIES.get(name)?.title ?? name;
  /** Students of a run without a teacher learn from labels alone. */
  const teacherTitle = (name: string): string => (name === '' ? 'No teacher' : (teacherOf(name)?.title ?? name));
  const dimensionTitle = (family: string, dimension: string): string =>
    [familyByName.value.get(family) ?? OWN_FAMILIES.get(family), WIDE_FAMILIES.get(family)]
      .flatMap((one) => one?.dimensions ?? [])
      .find(({ name }) => name === dimension)?.title ?? dimension;

  /** What a dimension of the product's own families means; those of a table say no more than their
   * names. */
  const dimensionRole = (family: string, dimension: string): Role =>
    [OWN_FAMILIES.get(family), WIDE_FAMILIES.get(family)]
      .flatMap((one) => one?.dimensions ?? [])
      .find(({ name }) => name === dimension)?.role ?? 'other';

  return {
    ...{ system, datasets, teachers, strategies, isRead, read, readAgain },
    ...{ datasetOf, teacherOf, strategyOf, strategyTitle, strategyPlace, familiesOf },
    ...{ datasetTitle, familyTitle, teacherTitle, dimensionTitle, dimensionRole },
  };
});
