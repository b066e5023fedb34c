/**
 * How the list of runs looks: filters, order, columns. What is set lasts as long as this window;
 * under a name it is a view that the workspace keeps.
 */
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import { viewContentSchema } from '../../bridge/schemas/upkeep.ts';
import type { RunFacets, RunOrder } from '../../core/records/run-list.ts';
import type { RunListInput, ViewContent, ViewView } from '../../bridge/schemas/upkeep.ts';
import { useClient } from '../api.ts';
import { keptInWindow } from './kept.ts';

export const PLAIN_LOOK: ViewContent = {
  order: { by: 'started', descending: true },
  columns: ['state', 'accuracy', 'front', 'hypervolume', 'students', 'time', 'started'],
};

export const FILTERS = ['states', 'strategies', 'datasets', 'teachers', 'tags'] as const;
export type FilterName = (typeof FILTERS)[number];

const NO_FACETS: RunFacets = { states: [], strategies: [], datasets: [], teachers: [], tags: [] };

export const useRunList = defineStore('run-list', () => {
  const look = keptInWindow<ViewContent>(
    'trade.run-list',
    (stored) => viewContentSchema.safeParse(stored).data ?? PLAIN_LOOK,
  );
  const views = shallowRef<readonly ViewView[]>([]);
  const facets = shallowRef<RunFacets>(NO_FACETS);

  /** What the host is asked for. */
  const query = computed((): RunListInput => {
    const { columns: _, search, ...wanted } = look.value;
    return search === undefined || search === '' ? wanted : { ...wanted, search };
  });
  const isFiltered = computed(
    () => (look.value.search ?? '') !== '' || FILTERS.some((name) => (look.value[name] ?? []).length > 0),
  );
  /** Every run, newest first: a run that appears has its place at the top, and nothing need be
   * asked. */
  const isPlain = computed(() => !isFiltered.value && look.value.order.by === 'started' && look.value.order.descending);
  const shownView = computed(() => views.value.find(({ content }) => sameLook(content, look.value)));

  function set(changes: Partial<ViewContent>): void {
    look.value = { ...look.value, ...changes };
  }

  function toggle(name: FilterName, value: string): void {
    const before: readonly string[] = look.value[name] ?? [];
    const next = before.includes(value) ? before.filter((one) => one !== value) : [...before, value];
    // Sound: values of states come from the facets of states.
    look.value = { ...look.value, [name]: next } as ViewContent;
  }

  function clearFilters(): void {
    const { order, columns } = look.value;
    look.value = { order, columns };
  }

  /** The same column again turns the order round; numbers begin with the largest. */
  function sortBy(by: RunOrder): void {
    const { order } = look.value;
    const isText = by === 'name' || by === 'state';
    set({ order: { by, descending: order.by === by ? !order.descending : !isText } });
  }

  async function readViews(): Promise<void> {
    views.value = await useClient().views.list();
  }

  async function readFacets(): Promise<void> {
    facets.value = await useClient().runs.facets();
  }

  async function saveView(name: string): Promise<void> {
    await useClient().views.save({ name, content: look.value });
    await readViews();
  }

  async function removeView(id: number): Promise<void> {
    await useClient().views.remove({ id });
    await readViews();
  }

  return {
    ...{ look, views, facets, query, isFiltered, isPlain, shownView },
    ...{ set, toggle, clearFilters, sortBy, readViews, readFacets, saveView, removeView },
  };
});

/** Whatever the order in which it was put together; an empty filter is none. */
export function sameLook(left: ViewContent, right: ViewContent): boolean {
  return writtenLook(left) === writtenLook(right);
}

function writtenLook({ search = '', order, columns, ...look }: ViewContent): string {
  const filters = FILTERS.map((name) => [...(look[name] ?? [])].sort());
  return JSON.stringify([search, order.by, order.descending, columns, filters]);
}
