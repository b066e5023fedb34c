/** Whose weights a student begins with, as files: looked at before its trainer is. */
import type { Input } from '../../compute/tasks/tasks.ts';
import { invalid } from '../../core/errors.ts';
import type { SearchConfig } from '../../core/records/run.ts';
import type { Trial } from '../../core/records/trial.ts';
import { candidateKey } from '../../core/space/candidate-key.ts';
import type { Candidate } from '../../core/space/space.ts';
import { beginsAsSearched } from '../../core/strategies/listed.ts';
import type { CheckpointRow, ReadableStore } from '../../store/store.ts';
import { faultOfFile } from '../students/checkpoint-file.ts';
import { graphOf } from './context.ts';
import type { RunContext } from './context.ts';

export type Start = NonNullable<Input<'train'>['from']>;
type Parent = Start['parents'][number];
type Rows = Pick<ReadableStore, 'run' | 'trials' | 'checkpoint'>;

const ANEW = 'Search again, and keep the weights of all students (`checkpoints.keep`: `last`).';
const PUT_BACK = 'Put it back from a copy before the search goes on, or search again.';

/** Absent where its seed draws all; in words what is wrong with a parent's weights, where they
 * cannot be had. */
export async function startOf(context: RunContext, trial: Trial): Promise<Start | undefined | string> {
  const { store, config } = context;
  const { runId, from, candidate, seed } = trial;
  if (beginsAsSearched(config)) {
    const row = lentWeights(store, config.studentsFrom ?? '', candidate);
    const parent = await parentOf(context, row, candidate, `that run ${config.studentsFrom} left it`);
    return typeof parent === 'string' ? parent : { map: 'inherit', seed, parents: [parent] };
  }
  const parents: Parent[] = [];
  for (const number of from?.parents ?? []) {
    if (number === 'teacher') {
      parents.push(number);
      continue;
    }
    const [one] = store.trials(runId, { offset: number, limit: 1 });
    const row = one && store.checkpoint(one.id, one.state === 'finished' ? 'final' : 'epoch');
    const parent = await parentOf(context, row, one?.candidate ?? candidate, `of student ${number + 1}`);
    if (typeof parent === 'string') return parent;
    parents.push(parent);
  }
  return from && { map: from.map, seed: from.seed, parents };
}

async function parentOf(
  { files, space }: RunContext,
  row: CheckpointRow | undefined,
  candidate: Candidate,
  whose: string,
): Promise<Parent | string> {
  if (row === undefined) return `It begins with the weights ${whose}, which were not kept. ${ANEW}`;
  const path = files.pathOf(row.file);
  const fault = await faultOfFile(path, row);
  if (fault !== undefined) return `It begins with the weights ${whose}, whose file ${fault}: ${path}. ${PUT_BACK}`;
  return { path, sha256: row.sha256, graph: graphOf(space, candidate) };
}

/** Of the most accurate of a run's trainings of that student which kept its weights. */
function lentWeights(store: Rows, lender: string, candidate: Candidate): CheckpointRow | undefined {
  const key = candidateKey(candidate);
  const accuracyOf = ({ metrics }: Trial): number => metrics['accuracy'] ?? -Infinity;
  return store
    .trials(lender, { states: ['finished'], family: candidate.family })
    .filter((trial) => candidateKey(trial.candidate) === key)
    .sort((left, right) => accuracyOf(right) - accuracyOf(left) || left.number - right.number)
    .map(({ id }) => store.checkpoint(id, 'final'))
    .find((row) => row !== undefined);
}

/** Before a run is written down that is to begin with the weights of another. Throws
 * `config.invalid`. */
export function assertLent(store: Rows, config: SearchConfig): void {
  if (!beginsAsSearched(config)) return;
  const lender = config.studentsFrom === undefined ? undefined : store.run(config.studentsFrom);
  if (lender === undefined) {
    throw invalid('studentsFrom', 'students are to begin with the weights of the search that found them: name it.');
  }
  config.students?.forEach((student, index) => {
    if (lentWeights(store, lender.id, student) !== undefined) return;
    const advice = 'leave it out, or begin by chance (strategy.options.from).';
    throw invalid(`students.${index}`, `"${lender.name}" has no weights of it to begin with: ${advice}`);
  });
}
