/**
 * One-shot searches on cells, held against searches that train every student whole
 * (docs/oneshot.md).
 *
 *   npm run study -- oneshot [--json] [--shared DIR]
 *   npm run study -- oneshot --record --out DIR [--task fashion|cifar] [--seeds 5] [--epochs 50]
 *       [--data DIR]
 *
 *   --json        on standard output the last line alone
 *   --record      plays what is missing through the command line, in a workspace under DIR;
 *                 resumable; some minutes a search
 *   --shared DIR  folder with NAS-Bench-201's table (../shared); without it that part is left out
 *   --data DIR    folder of CIFAR-10's binary batches (../shared/data/cifar10-subset)
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readClaimTable } from '../claim/read-table.ts';
import { benchmarkOf } from './oneshot/benchmark.ts';
import { figuresOf, figuresText } from './oneshot/figures.ts';
import { FIXED, ordersOf, TASKS } from './oneshot/plan.ts';
import { recordSearches } from './oneshot/record.ts';
import { cellsOf } from './oneshot/rivals.ts';
import type { Cells } from './oneshot/rivals.ts';
import type { SearchRow } from './oneshot/rows.ts';
import { readRecord, RECORDING, recordPlace } from './record.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NAME = 'study-oneshot.jsonl';
const TABLE = join(ROOT, 'resources/tables/fashion-cells.json');

/** Throws what `parseArgs` throws, and a RangeError for numbers that are none. */
export async function studyOneShot(args: readonly string[], say: (line: string) => void): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...RECORDING,
      task: { type: 'string', default: 'fashion' },
      seeds: { type: 'string', default: '5' },
      epochs: { type: 'string', default: String(FIXED.epochs) },
      shared: { type: 'string', default: join(ROOT, '../shared') },
      data: { type: 'string', default: join(ROOT, '../shared/data/cifar10-subset') },
    },
  });
  const { json, shared, data } = values;
  const [seeds, epochs] = [values.seeds, values.epochs].map(Number);
  const task = TASKS.find((one) => one === values.task);
  if (!isCount(seeds) || !isCount(epochs)) throw new RangeError('--seeds and --epochs are whole numbers from 1.');
  if (task === undefined) throw new RangeError(`--task ${values.task}: choose one of ${TASKS.join(', ')}.`);
  const { file, playIn } = recordPlace(NAME, values);
  if (playIn !== undefined) await recordSearches(ordersOf(task, seeds), { file, out: playIn, data, epochs, say });
  const rows = readRecord<SearchRow>(file);
  say(`${rows.length} searches of ${file}`);
  const cells = allCells(say);
  const nasBench = join(shared, 'tables/nas-bench-201-cifar10.json');
  const benchmark = existsSync(nasBench)
    ? benchmarkOf(JSON.parse(readFileSync(nasBench, 'utf8')), nasBench)
    : undefined;
  if (benchmark === undefined) say(`SKIP NAS-Bench-201: ${nasBench} is not there`);
  const figures = cells && figuresOf(rows, cells);
  if (!json) console.log(`${figuresText(rows, figures, benchmark)}\n`);
  console.log(JSON.stringify(figures ?? { methods: {} }));
}

/** Undefined, and said why: a place among some of the cells is none. */
function allCells(say: (line: string) => void): Cells | undefined {
  if (!existsSync(TABLE)) return void say(`SKIP the percentiles: ${TABLE} is not there`);
  const table = readClaimTable(TABLE);
  const left = table.missing['kd'] ?? 0;
  if (left > 0) return void say(`SKIP the percentiles: ${left} cells of ${TABLE} are not trained yet`);
  return cellsOf(table);
}

const isCount = (value: number | undefined): value is number => Number.isInteger(value) && (value ?? 0) >= 1;
