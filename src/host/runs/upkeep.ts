/** Keeping runs: tags, notes, the trash, views of the list. */
import type { RunSummaryView } from '../../bridge/schemas/records.ts';
import { viewContentSchema } from '../../bridge/schemas/upkeep.ts';
import type { RunSize } from '../../core/records/run-list.ts';
import type { ViewContent, ViewView } from '../../bridge/schemas/upkeep.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { lenderOf } from '../../core/strategies/listed.ts';
import type { SavedView } from '../../store/store.ts';
import type { Workspace } from '../../store/workspace.ts';
import type { LiveEvents } from '../live-events.ts';
import type { RunService } from './service.ts';
import { yieldToEvents } from '../slices.ts';

type Ids = readonly string[];
type TagOrder = Readonly<Record<'ids' | 'add' | 'remove', Ids>>;

export interface RunUpkeepParts {
  readonly workspace: Workspace;
  readonly runs: Pick<RunService, 'get' | 'rest' | 'announce'>;
  readonly live: Pick<LiveEvents, 'publish'>;
}

export type RunUpkeep = ReturnType<typeof createRunUpkeep>;

export function createRunUpkeep({ workspace, runs, live }: RunUpkeepParts) {
  const { store, files } = workspace;
  /** Being deleted: some of their students are gone. */
  const leaving = new Set<string>();

  /** Some students at a time: in between others are answered. */
  async function removeAll(id: string): Promise<void> {
    for (let isGone = false; !isGone;) {
      const part = store.deletePart(id);
      files.remove(part.files);
      isGone = part.isGone;
      await yieldToEvents();
    }
  }

  function assertNotLent(ids: Ids): void {
    for (const { run } of store.runs({ trash: 'with' }).rows) {
      const lender = lenderOf(run);
      if (lender === undefined || !ids.includes(lender) || ids.includes(run.id)) continue;
      const message = `"${run.name}" begins with the weights of "${store.run(lender)?.name}", and can still go on.`;
      throw new WorkbenchError('run.state', `${message} Finish it, or delete it as well.`);
    }
  }

  return {
    tag: ({ ids, add, remove }: TagOrder): readonly RunSummaryView[] => {
      store.tagRuns(ids, { add, remove });
      return ids.map(runs.announce);
    },
    note: (id: string) => {
      runs.get(id);
      return store.runNote(id);
    },
    setNote: (id: string, note: string) => {
      const before = runs.get(id).hasNote;
      store.setRunNote(id, note);
      if (before !== (note !== '')) runs.announce(id);
    },
    trash: async (ids: Ids) => {
      for (const id of ids) {
        runs.get(id);
        await runs.rest(id);
      }
      store.trashRuns(ids);
      return ids.map(runs.announce);
    },
    restore: (ids: Ids) => {
      const gone = ids.find((id) => leaving.has(id));
      if (gone) throw new WorkbenchError('run.state', `"${store.run(gone)?.name}" is being deleted for good already.`);
      store.restoreRuns(ids);
      return ids.map(runs.announce);
    },
    /** Throws `run.state` where one is not in the trash, or where another run needs its weights;
     * then none goes. */
    purge: async (ids: Ids) => {
      const kept = ids.map(runs.get).find(({ trashedAt }) => trashedAt === undefined);
      if (kept) throw new WorkbenchError('run.state', `"${kept.run.name}" is not in the trash: move it there first.`);
      assertNotLent(ids);
      for (const id of ids) {
        // Gone meanwhile, by another window.
        if (store.run(id) === undefined || leaving.has(id)) continue;
        leaving.add(id);
        try {
          await removeAll(id);
        } finally {
          leaving.delete(id);
        }
        live.publish({ type: 'run.removed', id });
      }
    },
    sizes: async (ids: Ids) => {
      const sizes: RunSize[] = [];
      for (const id of ids) {
        sizes.push({ id, ...store.runSize(id) });
        await yieldToEvents();
      }
      return sizes;
    },
    views: () => store.savedViews().flatMap(viewOf),
    saveView: (name: string, content: ViewContent): ViewView => ({
      ...store.saveView(name, JSON.stringify(content)),
      content,
    }),
  };
}

/** One of another version that cannot be read is passed over, and kept. */
function viewOf({ id, name, content }: SavedView): readonly ViewView[] {
  const parsed = viewContentSchema.safeParse(JSON.parse(content));
  return parsed.success ? [{ id, name, content: parsed.data }] : [];
}
