/**
 * Students that the searches of the live claim found on wide spaces beside predefined ones of equal
 * params: those are trained with the claim's own recipe, teacher and fresh seeds, and tested once.
 * Resumable at any kill, a line a training; any number of processes may share DIR. Needs Node 24.
 *
 *   TF_NUM_INTRAOP_THREADS=1 node scripts/predefined-live.ts --out DIR [--summary]
 *
 * DIR is where `scripts/claim-live.ts` records. --summary: prints what is there as Markdown, and
 * trains nothing.
 */
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadBackend } from '../src/compute/backend/load-backend.ts';
import { WorkbenchError } from '../src/core/errors.ts';
import { searchesOf } from './claim-live/analysis.ts';
import type { Protocol } from './claim-live/protocol.ts';
import { readHeader } from './claim-live/protocol.ts';
import { readRows, trainingSeedOf } from './claim-live/rows.ts';
import { gainsText, predefinedOf } from './predefined-live/gains.ts';
import type { PredefinedRow } from './predefined-live/gains.ts';
import { scaledReferences } from './record-table/students.ts';
import { createBench } from './study/bench.ts';
import { readRecord, recorded } from './study/record.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DATASET = join(ROOT, 'resources/datasets/fashion-mnist');
const TEACHER = join(ROOT, 'resources/teachers/fashion-resnet');

const { values } = parseArgs({
  options: { out: { type: 'string' }, summary: { type: 'boolean', default: false } },
});
const say = (line: string): void => console.error(line);

try {
  if (values.out === undefined) throw new WorkbenchError('usage.invalid', 'Name the folder of the claim: --out DIR');
  const trainings = join(values.out, 'trainings.jsonl');
  const header = readHeader(trainings);
  if (header === undefined)
    throw new WorkbenchError('usage.invalid', `${trainings} records no live claim: run scripts/claim-live.ts first.`);
  const file = join(values.out, 'predefined.jsonl');
  if (!values.summary) await trainAll(values.out, file, header.protocol);
  const predefined = predefinedOf(readRecord<PredefinedRow>(file), header.protocol);
  console.log(`${predefined.length} predefined students are trained.\n`);
  console.log(gainsText(searchesOf(header.protocol, readRows(trainings)), predefined));
} catch (error) {
  if (!(error instanceof WorkbenchError) || error.kind !== 'input') throw error;
  say(error.message);
  process.exitCode = 2;
}

async function trainAll(out: string, file: string, { recipe, fixed }: Protocol): Promise<void> {
  setPriority(constants.priority.PRIORITY_LOW);
  // One thread a process: trainings repeat themselves, and several processes share the cores.
  process.env['TF_NUM_INTRAOP_THREADS'] ??= '1';
  await loadBackend();
  const bench = createBench({ datasetDirectory: DATASET, targetsDirectory: join(out, 'targets'), say });
  const students = scaledReferences().filter(({ params, macs }) => params <= fixed.params && macs <= fixed.macs);
  for (const { id: key, graph, params } of students) {
    for (let round = 0; round < fixed.fresh; round++) {
      const id = `predefined/${key}/${round}`;
      const row = await recorded(file, id, async (stillAtIt): Promise<PredefinedRow> => {
        const order = { recipe, seed: trainingSeedOf(id), tested: true, teacherDirectory: TEACHER, onEpoch: stillAtIt };
        const { testAccuracy = NaN, seconds } = await bench.train({ graph, ...order });
        return { id, key, params, testAccuracy, seconds };
      });
      if (row) say(`${id}: ${row.testAccuracy.toFixed(4)}`);
    }
  }
}
