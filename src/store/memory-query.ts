/** What `run-query.ts` says in SQL, said of summaries in memory. `summaries` come in the order of their creation. */
import type { Facet, RunFacets, RunFilter, RunOrder, RunQuery, RunSummary } from './store.ts';
import { byLetters, foldName } from './summaries.ts';

const VALUES = {
  started: (_summary, place) => place,
  name: ({ run }) => foldName(run.name),
  state: ({ run }) => run.state,
  accuracy: ({ score }) => score.bestAccuracy,
  front: ({ score }) => score.frontSize,
  hypervolume: ({ score }) => score.hypervolume,
  students: ({ trials }) => Object.values(trials).reduce((sum, count) => sum + count, 0),
  time: ({ run }) => run.seconds,
} as const satisfies Record<RunOrder, (summary: RunSummary, place: number) => string | number | undefined>;

/** `notesOf`: of a run and of its students. */
export function findSummaries(
  summaries: readonly RunSummary[],
  notesOf: (runId: string) => readonly string[],
  filter: RunFilter,
  order: RunQuery['order'] = { by: 'started', descending: true },
): readonly RunSummary[] {
  const sign = order.descending ? -1 : 1;
  return summaries
    .map((summary, place) => ({ summary, place, value: VALUES[order.by](summary, place) }))
    .filter(({ summary }) => fits(summary, notesOf, filter))
    .sort((left, right) => {
      const [a, b] = [left, right].map(({ value }) => (isOrdered(value) ? value : undefined));
      if (a === b) return right.place - left.place;
      if (a === undefined) return 1;
      if (b === undefined) return -1;
      return a < b ? -sign : sign;
    })
    .map(({ summary }) => summary);
}

function isOrdered(value: string | number | undefined): value is string | number {
  return typeof value === 'string' || Number.isFinite(value);
}

function fits(
  { run, tags, trashedAt }: RunSummary,
  notesOf: (runId: string) => readonly string[],
  filter: RunFilter,
): boolean {
  const { search = '', states, strategies, datasets, teachers, trash = 'without' } = filter;
  const isOneOf = (list: readonly string[] | undefined, value: string) =>
    list === undefined || list.length === 0 || list.includes(value);
  const folded = tags.map(foldName);
  return (
    (trash === 'with' || (trash === 'only') === (trashedAt !== undefined)) &&
    [run.name, ...tags, ...notesOf(run.id)].some((text) => foldName(text).includes(foldName(search))) &&
    isOneOf(states, run.state) &&
    isOneOf(strategies, run.config.strategy.id) &&
    isOneOf(datasets, run.config.dataset) &&
    isOneOf(teachers, run.config.teacher) &&
    (filter.tags ?? []).every((tag) => folded.includes(foldName(tag)))
  );
}

export function facetsOf(summaries: readonly RunSummary[]): RunFacets {
  const shown = summaries.filter(({ trashedAt }) => trashedAt === undefined);
  const count = (valuesOf: (summary: RunSummary) => readonly string[]): readonly Facet[] => {
    const found = new Map<string, Facet>();
    for (const value of shown.flatMap(valuesOf).sort()) {
      const known = found.get(foldName(value));
      found.set(foldName(value), { value: known?.value ?? value, runs: (known?.runs ?? 0) + 1 });
    }
    return [...found.values()].sort((left, right) => byLetters(left.value, right.value));
  };
  return {
    states: count(({ run }) => [run.state]),
    strategies: count(({ run }) => [run.config.strategy.id]),
    datasets: count(({ run }) => [run.config.dataset]),
    teachers: count(({ run }) => [run.config.teacher]),
    tags: count(({ tags }) => tags),
  };
}
