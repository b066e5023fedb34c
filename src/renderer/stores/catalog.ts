/** What there is to search with: data sets, teachers, families and strategies, read once when first needed. */
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import { useClient } from '../api.ts';
import type { DatasetView, FamilyView, StrategyView, SystemView, TeacherView } from '../../bridge/schemas.ts';

export const useCatalog = defineStore('catalog', () => {
  const system = shallowRef<SystemView>();
  const datasets = shallowRef<readonly DatasetView[]>([]);
  const teachers = shallowRef<readonly TeacherView[]>([]);
  const strategies = shallowRef<readonly StrategyView[]>([]);
  const families = shallowRef<ReadonlyMap<string, readonly FamilyView[]>>(new Map());
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
    const [info, sets, schools, ways] = await Promise.all([
      shell.info(),
      catalog.datasets(),
      catalog.teachers(),
      catalog.strategies(),
    ]);
    const spaces = await Promise.all(sets.map(({ name }) => catalog.families({ dataset: name })));
    [system.value, datasets.value, teachers.value, strategies.value] = [info, sets, schools, ways];
    families.value = new Map(sets.map(({ name }, index) => [name, spaces[index] ?? []]));
  }

  const datasetOf = (name: string): DatasetView | undefined => datasets.value.find((one) => one.name === name);
  const teacherOf = (name: string): TeacherView | undefined => teachers.value.find((one) => one.name === name);
  const strategyOf = (id: string): StrategyView | undefined => strategies.value.find((one) => one.id === id);
  const familiesOf = (dataset: string): readonly FamilyView[] => families.value.get(dataset) ?? [];

  /** The family's proper name, its own key where the catalog is not there yet. */
  function familyTitle(name: string): string {
    for (const list of families.value.values()) {
      const found = list.find((one) => one.name === name);
      if (found) return found.title;
    }
    return name;
  }

  return {
    system,
    datasets,
    teachers,
    strategies,
    read,
    datasetOf,
    teacherOf,
    strategyOf,
    familiesOf,
    familyTitle,
  };
});
