/** The program's verbs, and how it ends: 0 done, 1 failed, 2 bad usage or input, 130
 * interrupted. */
import { resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import { withoutControls } from '../bridge/words/control-characters.ts';
import { failureOf } from '../host/for-shells.ts';
import { backendVerb } from './verbs/backend.ts';
import { datasetsVerb } from './verbs/datasets/datasets.ts';
import { doctorVerb } from './verbs/doctor.ts';
import { exportVerb } from './verbs/export.ts';
import { exportRunVerb } from './verbs/export-run.ts';
import { importRunsVerb } from './verbs/import-runs.ts';
import { latencyVerb } from './verbs/latency.ts';
import { queueVerb } from './verbs/queue.ts';
import { rayVerb } from './verbs/ray.ts';
import { reclaimVerb } from './verbs/reclaim.ts';
import { replayVerb } from './verbs/replay.ts';
import { resumeVerb } from './verbs/resume.ts';
import { retrainVerb } from './verbs/retrain.ts';
import { runsVerb } from './verbs/runs.ts';
import { searchVerb } from './verbs/search.ts';
import { showVerb } from './verbs/show.ts';
import { studyVerb } from './verbs/study.ts';
import { sweepVerb } from './verbs/sweep.ts';
import { tagVerb } from './verbs/tag.ts';
import { teachersVerb } from './verbs/teachers.ts';
import type { Verb, VerbContext } from './common.ts';
import { trashVerb } from './verbs/trash.ts';

// In a checkout this file is in src/cli, in a build in out/main.
const HOST_OPTIONS: VerbContext['hostOptions'] = {
  resources: resolve(import.meta.dirname, '../../resources'),
  shell: 'cli',
};

const VERBS: readonly Verb[] = [
  searchVerb,
  resumeVerb,
  retrainVerb,
  sweepVerb,
  queueVerb,
  runsVerb,
  showVerb,
  latencyVerb,
  exportVerb,
  exportRunVerb,
  importRunsVerb,
  tagVerb,
  trashVerb,
  reclaimVerb,
  replayVerb,
  studyVerb,
  doctorVerb,
  backendVerb,
  rayVerb,
  teachersVerb,
  datasetsVerb,
];

/** `args`: after the program's name. Gives the exit code; never throws. */
export async function runProgram(args: readonly string[], hostOptions = HOST_OPTIONS): Promise<number> {
  let exitCode = 0;
  const program = new Command('trade')
    .description('Searches for the student networks that learn best from a teacher within a budget.')
    .exitOverride()
    // It quotes what was typed, or what a script passed on.
    .configureOutput({ writeErr: (text) => void process.stderr.write(withoutControls(text)) })
    .showHelpAfterError('(trade --help lists the verbs, trade VERB --help their options)');
  for (const add of VERBS) add(program, { end: (code) => (exitCode = code), hostOptions });
  for (const command of program.commands) for (const inner of [command, ...command.commands]) inner.exitOverride();
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has said what was wrong; help that was asked for is no error, help for want of a
    // verb is.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const failure = failureOf(error);
    process.stderr.write(`${failure.message}\n`);
    return failure.exitCode;
  }
}
