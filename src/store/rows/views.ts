/** Saved views of the list of runs. */
import { WorkbenchError } from '../../core/errors.ts';
import type { Connection } from '../database.ts';
import { conflict } from '../rules.ts';
import type { SavedView } from '../store.ts';
import { foldName } from '../summaries.ts';

export function viewReader(db: Connection) {
  const all = db.prepare<[], SavedView>('SELECT id, name, content FROM saved_view ORDER BY name_folded');
  return { savedViews: (): readonly SavedView[] => all.all() };
}

/** Calls belong inside a transaction of the store. */
export function viewWriter(db: Connection) {
  const save = db.prepare<[string, string, string], SavedView>(`
    INSERT INTO saved_view (name, name_folded, content) VALUES (?, ?, ?)
    ON CONFLICT (name_folded) DO UPDATE SET name = excluded.name, content = excluded.content
    RETURNING id, name, content`);
  const remove = db.prepare<[number]>('DELETE FROM saved_view WHERE id = ?');
  return {
    save: (name: string, content: string): SavedView => {
      const saved = save.get(name, foldName(name), content);
      if (saved === undefined) throw conflict(`The view "${name}" was written and is not there.`);
      return saved;
    },
    remove: (id: number) => {
      if (remove.run(id).changes === 1) return;
      throw new WorkbenchError('usage.invalid', `There is no saved view ${id} in this workspace any more.`);
    },
  };
}
