/** Whose weights a student begins with, as files: looked at before its trainer is. */
import type { Input } from '../../compute/tasks/tasks.ts';
import type { Trial } from '../../core/records/trial.ts';
import { faultOfFile } from '../students/checkpoint-file.ts';
import { graphOf } from './context.ts';
import type { RunContext } from './context.ts';

export type Parents = NonNullable<Input<'train'>['from']>['parents'];

/** In words what is wrong with a parent's weights, where they cannot be had. */
export async function parentsOf(context: RunContext, { runId, from }: Trial): Promise<Parents | string> {
  const { store, files, space } = context;
  const found: Parents[number][] = [];
  for (const parent of from?.parents ?? []) {
    if (parent === 'teacher') {
      found.push(parent);
      continue;
    }
    const [trial] = store.trials(runId, { offset: parent, limit: 1 });
    const row = trial && store.checkpoint(trial.id, trial.state === 'finished' ? 'final' : 'epoch');
    if (trial === undefined || row === undefined)
      return `It begins with the weights of student ${parent + 1}, which were not kept.`;
    const path = files.pathOf(row.file);
    const fault = await faultOfFile(path, row);
    if (fault !== undefined) return `It begins with the weights of student ${parent + 1}, whose file ${fault}.`;
    found.push({ path, sha256: row.sha256, graph: graphOf(space, trial.candidate) });
  }
  return found;
}
