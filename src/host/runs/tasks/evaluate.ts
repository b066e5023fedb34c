/** The one test of a student that its run reports. */
import type { Trial } from '../../../core/records/trial.ts';
import { faultOfFile } from '../../students/checkpoint-file.ts';
import type { RunContext } from '../context.ts';
import { graphOf, sharedFault } from '../context.ts';

/** A fault of the student's own, in words; the run ends without its test accuracy. */
export async function testStudent(context: RunContext, trial: Trial, signal: AbortSignal): Promise<string | undefined> {
  const { store, files, executor, space, dataset } = context;
  const untested = (why: string): string => `Student ${trial.number + 1} could not be tested: ${why}`;
  const row = store.checkpoint(trial.id, 'final');
  if (row === undefined) return untested('its checkpoint is missing.');
  const path = files.pathOf(row.file);
  const fault = await faultOfFile(path, row);
  if (fault !== undefined) return untested(`the file of its weights ${fault}.`);
  const weights = { path, sha256: row.sha256 };
  const source = { kind: 'student', graph: graphOf(space, trial.candidate), weights } as const;
  const input = { source, dataset, split: 'test' } as const;
  const end = await executor.run({ kind: 'evaluate', jobId: `${trial.id}-test`, input }, undefined, signal);
  if (end.type === 'stopped') return undefined;
  if (end.type === 'done') {
    store.recordTest(trial.id, end.output.accuracy, end.output.measures);
    context.trialChanged(trial.id);
    return undefined;
  }
  const shared = end.type === 'failed' ? sharedFault(end.code, end.message) : undefined;
  if (shared !== undefined) throw shared;
  return untested(end.message);
}
