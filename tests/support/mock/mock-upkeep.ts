/** Labels, trash, views and room of the host in the page's memory; it has no disk, and so no
 * archives. */
import type { BridgeClient } from '../../../src/bridge/client.ts';
import type { HostEvent, RunSummaryView } from '../../../src/bridge/schemas/records.ts';
import { viewContentSchema, WASTE_KINDS } from '../../../src/bridge/schemas/upkeep.ts';
import type { RunFacets } from '../../../src/core/records/run-list.ts';
import type { RunListInput, ViewView } from '../../../src/bridge/schemas/upkeep.ts';
import { WorkbenchError } from '../../../src/core/errors.ts';

interface Labels {
  readonly tags: readonly string[];
  readonly note: string;
  readonly trashedAt?: string;
}

type UpkeepMethods = 'list' | 'facets' | 'tag' | 'note' | 'setNote' | 'trash' | 'restore' | 'purge' | 'sizes';

export interface MockUpkeep extends Pick<BridgeClient, 'views' | 'space' | 'archives'> {
  readonly runs: Pick<BridgeClient['runs'], UpkeepMethods>;
  readonly trials: Pick<BridgeClient['trials'], 'note' | 'setNote'>;
  labelled(summary: RunSummaryView): RunSummaryView;
}

export interface MockUpkeepParts {
  /** Labelled. */
  readonly summaries: () => readonly RunSummaryView[];
  readonly remove: (id: string) => void;
  readonly emit: (event: HostEvent) => void;
}

const EXAMPLES: Readonly<Record<string, Labels>> = {
  'r-long': {
    tags: ['baseline', 'paper'],
    note: '# Twelve epochs\n\nThe **long** one; compare it with *Fashion quick*.',
  },
  'r-random': { tags: ['baseline'], note: '' },
};

export function mockUpkeep({ summaries, remove, emit }: MockUpkeepParts): MockUpkeep {
  const labels = new Map(Object.entries(EXAMPLES));
  const trialNotes = new Map<string, string>();
  const saved: ViewView[] = [];
  const labelsOf = (id: string): Labels => labels.get(id) ?? { tags: [], note: '' };

  function change(ids: readonly string[], next: (old: Labels) => Labels): readonly RunSummaryView[] {
    for (const id of ids) labels.set(id, next(labelsOf(id)));
    const changed = summaries().filter(({ run }) => ids.includes(run.id));
    for (const summary of changed) emit({ type: 'run.changed', summary });
    return changed;
  }

  const noDisk = async (): Promise<never> => {
    throw new WorkbenchError('run.state', 'The host in this page has no disk to pack runs on.');
  };

  return {
    labelled: (summary) => {
      const { tags, note, trashedAt } = labelsOf(summary.run.id);
      return { ...summary, tags, hasNote: note !== '', ...(trashedAt !== undefined && { trashedAt }) };
    },
    runs: {
      list: async ({ offset = 0, limit = 200, ...query }) => {
        const found = summaries().filter((summary) => fits(summary, query));
        const rows = [...found].sort((left, right) => right.run.createdAt.localeCompare(left.run.createdAt));
        return { rows: rows.slice(offset, offset + limit), total: rows.length, noteHits: [] };
      },
      facets: async () => facetsOf(summaries().filter(({ trashedAt }) => trashedAt === undefined)),
      tag: async ({ ids, add = [], remove: away = [] }) =>
        change(ids, (old) => ({
          ...old,
          tags: [...new Set([...old.tags.filter((tag) => !away.includes(tag)), ...add])].sort(),
        })),
      note: async ({ id }) => ({ note: labelsOf(id).note }),
      setNote: async ({ id, note }) => void change([id], (old) => ({ ...old, note })),
      trash: async ({ ids }) => change(ids, (old) => ({ ...old, trashedAt: new Date().toISOString() })),
      restore: async ({ ids }) => change(ids, ({ tags, note }) => ({ tags, note })),
      purge: async ({ ids }) => {
        for (const id of ids) {
          remove(id);
          emit({ type: 'run.removed', id });
        }
      },
      sizes: async ({ ids }) => ids.map((id) => ({ id, checkpointBytes: 12_400_000, recordBytes: 830_000 })),
    },
    trials: {
      note: async ({ id }) => ({ note: trialNotes.get(id) ?? '' }),
      setNote: async ({ id, note }) => void trialNotes.set(id, note),
    },
    views: {
      list: async () => saved,
      save: async ({ name, content }) => {
        const others = saved.filter((view) => view.name !== name);
        const view = {
          id: 1 + Math.max(0, ...saved.map(({ id }) => id)),
          name,
          content: viewContentSchema.parse(content),
        };
        saved.splice(0, saved.length, ...others, view);
        return view;
      },
      remove: async ({ id }) => void saved.splice(0, saved.length, ...saved.filter((view) => view.id !== id)),
    },
    space: {
      waste: async () => WASTE_KINDS.map((kind, index) => ({ kind, bytes: index * 3_700_000, count: index })),
      reclaim: async ({ kinds }) => kinds.map((kind) => ({ kind, bytes: 3_700_000, count: 1 })),
    },
    archives: {
      ...{ pack: noDisk, made: noDisk, read: noDisk, upload: noDisk, unpack: noDisk, drop: noDisk },
      offered: async () => [],
    },
  };
}

function fits({ run, tags, trashedAt }: RunSummaryView, query: RunListInput): boolean {
  const { search = '', states, strategies, datasets, teachers, trash = 'without' } = query;
  const isOneOf = (list: readonly string[] | undefined, value: string): boolean =>
    !list?.length || list.includes(value);
  return (
    (trash === 'only') === (trashedAt !== undefined) &&
    [run.name, ...tags].some((text) => text.toLowerCase().includes(search.toLowerCase())) &&
    isOneOf(states, run.state) &&
    isOneOf(strategies, run.config.strategy.id) &&
    isOneOf(datasets, run.config.dataset) &&
    isOneOf(teachers, run.config.teacher) &&
    (query.tags ?? []).every((tag) => tags.includes(tag))
  );
}

function facetsOf(shown: readonly RunSummaryView[]): RunFacets {
  const count = (valuesOf: (summary: RunSummaryView) => readonly string[]): RunFacets['tags'] => {
    const values = shown.flatMap(valuesOf);
    return [...new Set(values)].sort().map((value) => ({ value, runs: values.filter((one) => one === value).length }));
  };
  return {
    states: count(({ run }) => [run.state]),
    strategies: count(({ run }) => [run.config.strategy.id]),
    datasets: count(({ run }) => [run.config.dataset]),
    teachers: count(({ run }) => [run.config.teacher]),
    tags: count(({ tags }) => tags),
  };
}
