/** Is everything in the workspace as its rows say? */
import type { DoctorView } from '../bridge/schemas.ts';
import type { StoredFiles } from '../store/files.ts';
import type { ReadableStore } from '../store/store.ts';

export function examine(store: ReadableStore, files: StoredFiles): DoctorView {
  const damage = store.check();
  const rows = store.checkpoints();
  const broken = rows.flatMap((row) => {
    const problem = files.verify(row);
    return problem === undefined ? [] : [`Checkpoint ${row.file} of trial ${row.trialId} ${problem}.`];
  });
  const orphans = files.orphans(rows.map((row) => row.file)).map((file) => `Checkpoint ${file} belongs to no trial.`);
  const problems = [...damage, ...broken, ...orphans];
  const trials = store
    .runs({ limit: Number.MAX_SAFE_INTEGER })
    .rows.flatMap(({ trials: states }) => Object.values(states));
  return {
    ok: problems.length === 0,
    integrity: damage.length === 0 ? 'ok' : damage.join('; '),
    trials: trials.reduce((sum, count) => sum + count, 0),
    checkpoints: rows.length,
    problems,
  };
}
