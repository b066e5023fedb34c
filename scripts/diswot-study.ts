/**
 * Is a look at untrained students worth anything to a search? DisWOT's scores (Dong et al. 2023) on
 * the recorded students of Fashion-MNIST and CIFAR-10: how they rank, what they are worth to the
 * global process, whether a search ends better (docs/benchmarks.md, "Tried: a training-free
 * proxy"). Resumable: a JSON line a student in OUT. Prints Markdown. Needs Node 24.
 *
 *   node scripts/diswot-study.ts --out DIR [--data DIR] [--draws 20] [--seeds 20]
 *
 * --data: CIFAR-10's binary batches; a teacher is trained on them first, some minutes. Without them
 * Fashion-MNIST alone is looked at, and it says so.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadBackend } from '../src/compute/backend/load-backend.ts';
import { parseTable } from '../src/core/strategies/recorded-table.ts';
import { runTrade } from './study/by-product.ts';
import { secondFamily, secondStudents } from './claim/second/plan.ts';
import { prepare } from './claim/second/record.ts';
import { secondTable } from './claim/second/table.ts';
import { gameTable } from './diswot-study/games.ts';
import { predictionTable } from './diswot-study/predictions.ts';
import { rankTable } from './diswot-study/ranks.ts';
import { scoreStudents } from './diswot-study/score.ts';
import { openTask } from './diswot-study/task.ts';
import type { Task } from './diswot-study/task.ts';
import { tableStudents } from './record-table/plan.ts';
import { tableFamily } from './record-table/students.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUNDLED = {
  dataset: join(ROOT, 'resources/datasets/fashion-mnist'),
  teacher: join(ROOT, 'resources/teachers/fashion-resnet'),
};

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    data: { type: 'string', default: join(ROOT, '../shared/data/cifar10-subset') },
    draws: { type: 'string', default: '20' },
    seeds: { type: 'string', default: '20' },
  },
});
const { out, data } = values;
if (out === undefined) {
  console.error('Name the folder of the scores: --out DIR');
  process.exit(2);
}
mkdirSync(out, { recursive: true });
process.env['TF_NUM_INTRAOP_THREADS'] ??= '1';
await loadBackend();

const fashion = join(out, 'fashion.jsonl');
scoreStudents(tableStudents(), { ...BUNDLED, file: fashion });
const TABLE = join(ROOT, 'resources/tables/fashion-kd.json');
report('Fashion-MNIST', openTask(parseTable(JSON.parse(readFileSync(TABLE, 'utf8')), TABLE), tableFamily, fashion));

const recorded = secondTable(join(ROOT, 'benchmarks/records/claim-cifar10.rows.jsonl'));
if (recorded === undefined || !existsSync(data)) {
  console.error(`SKIP CIFAR-10: there is none at ${data}; name its folder with --data DIR`);
} else {
  const cifar = join(out, 'cifar10.jsonl');
  scoreStudents(secondStudents(), { ...(await prepare(data, join(out, 'workspace'), runTrade)), file: cifar });
  report('CIFAR-10', openTask(recorded.table, secondFamily, cifar));
}

function report(title: string, task: Task): void {
  console.log(`\n### ${title}, ${task.students.length} students\n\n${rankTable(task.students)}`);
  if (Number(values.draws) > 1) console.log(`\n${predictionTable(task, Number(values.draws))}`);
  if (Number(values.seeds) > 1) console.log(`\n${gameTable(task, Number(values.seeds))}`);
}
