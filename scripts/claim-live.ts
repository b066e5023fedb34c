/**
 * The live claim: searches by real trainings, the students of their fronts trained again with fresh
 * seeds and tested once. The protocol (`claim-live/protocol.ts`) and the hash of the code are
 * written down before the first trial, and nothing goes on under another. Resumable at any kill, a
 * line a training; any number of processes may share DIR. Needs Node 24.
 *
 *   TF_NUM_INTRAOP_THREADS=1 node scripts/claim-live.ts --out DIR [--space wide|compact]
 *       [--seeds 8] [--trials 60] [--chosen trade] [--summary]
 *
 * --summary: prints what is there as Markdown, and trains nothing.
 */
import { taskOf } from '../src/core/arch/families/student-family.ts';
import { mkdirSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { studentSpace } from '../src/core/arch/families/registry.ts';
import { WorkbenchError } from '../src/core/errors.ts';
import { loadBackend } from '../src/compute/backend/load-backend.ts';
import { readTeacherCard, weightsHash } from '../src/compute/teachers/card.ts';
import { analysisText } from './claim-live/analysis.ts';
import { codeFingerprint, freeze, hashOf, protocolOf, readHeader } from './claim-live/protocol.ts';
import { readRows } from './claim-live/rows.ts';
import { graphOf, playSearches, trainAgain } from './claim-live/searches.ts';
import type { Field, TrainStudent } from './claim-live/searches.ts';
import { createBench } from './study/bench.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DATASET = join(ROOT, 'resources/datasets/fashion-mnist');
const TEACHER = join(ROOT, 'resources/teachers/fashion-resnet');

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    space: { type: 'string', default: 'wide' },
    seeds: { type: 'string', default: '8' },
    trials: { type: 'string', default: '60' },
    chosen: { type: 'string', default: 'trade' },
    summary: { type: 'boolean', default: false },
  },
});
const say = (line: string): void => console.error(line);

try {
  if (values.out === undefined) throw new WorkbenchError('usage.invalid', 'Name the folder of the results: --out DIR');
  const file = join(values.out, 'trainings.jsonl');
  if (!values.summary) await play(values.out, file);
  const header = readHeader(file);
  console.log(header ? analysisText(header, readRows(file)) : 'Nothing is recorded.');
} catch (error) {
  if (!(error instanceof WorkbenchError) || error.kind !== 'input') throw error;
  say(error.message);
  process.exitCode = 2;
}

async function play(out: string, file: string): Promise<void> {
  const { chosen, space } = values;
  const protocol = protocolOf({ chosen, space, seeds: Number(values.seeds), trials: Number(values.trials) });
  mkdirSync(out, { recursive: true });
  setPriority(constants.priority.PRIORITY_LOW);
  // One thread a process: trainings repeat themselves, and several processes share the cores.
  process.env['TF_NUM_INTRAOP_THREADS'] ??= '1';
  await loadBackend();
  const bench = createBench({ datasetDirectory: DATASET, targetsDirectory: join(out, 'targets'), say });
  const { card } = bench.dataset;
  const parts = [JSON.stringify(card), weightsHash(readTeacherCard(TEACHER)), codeFingerprint()];
  const header = freeze(file, protocol, hashOf(protocol, parts), new Date().toISOString().slice(0, 10));
  say(`Protocol ${header.hash}: ${protocol.players.join(', ')}; ${protocol.seeds} seeds of ${protocol.trials} trials.`);
  const students = studentSpace(protocol.families, taskOf(card), protocol.space);
  const train: TrainStudent = (candidate, { seed, tested, stillAtIt }) => {
    const options = { recipe: protocol.recipe, seed, tested, teacherDirectory: TEACHER, onEpoch: stillAtIt };
    return bench.train({ graph: graphOf(students, candidate), ...options });
  };
  const baseline = 1 / card.classes.length;
  const field: Field = { file, protocol, space: students, baseline, train, say, now: () => performance.now() };
  if (await playSearches(field)) await trainAgain(field);
  else say('Another process is at the rest of the searches: the same command goes on when they are whole.');
}
