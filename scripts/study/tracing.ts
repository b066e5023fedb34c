/**
 * Knowledge tracing: students that fuse what is known of each answer (docs/beyond-images.md).
 *
 *   npm run study -- tracing [--json]
 *   npm run study -- tracing --record --out DIR [--set simulated|assist2009] [--units 5]
 *       [--shared DIR]
 *
 *   --json        on standard output the last line alone
 *   --record      plays what is missing through the command line, in a workspace under DIR;
 *                 resumable
 *   --set NAME    of simulated pupils (a unit is a seed) or of ASSISTments (a unit is a fold)
 *   --shared DIR  folder with ASSISTments' answers (../shared); without it that part is left out
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readRecord, RECORDING, recordPlace } from './record.ts';
import { figuresOf, tracingText } from './tracing/figures.ts';
import { ordersOf, SETS } from './tracing/plan.ts';
import { recordTracing } from './tracing/record.ts';
import type { TracingRow } from './tracing/record.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NAME = 'study-tracing.jsonl';
const ANSWERS = 'data/assistments/assist2009_pid.npz';

/** Throws what `parseArgs` throws, and a RangeError for what is no set or number. */
export async function studyTracing(args: readonly string[], say: (line: string) => void): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...RECORDING,
      set: { type: 'string', default: 'simulated' },
      units: { type: 'string', default: '5' },
      shared: { type: 'string', default: join(ROOT, '../shared') },
    },
  });
  const { json, shared } = values;
  const set = SETS.find((one) => one === values.set);
  const units = Number(values.units);
  if (set === undefined) throw new RangeError(`--set ${values.set}: choose one of ${SETS.join(', ')}.`);
  if (!Number.isInteger(units) || units < 1 || (set === 'assist2009' && units > 5)) {
    throw new RangeError(`--units ${values.units}: name a whole number from 1; of folds there are 5.`);
  }
  const { file, playIn } = recordPlace(NAME, values);
  if (playIn !== undefined) {
    await recordTracing(ordersOf(set, units), { file, out: playIn, answers: join(shared, ANSWERS), say });
  }
  const rows = readRecord<TracingRow>(file);
  say(`${rows.length} rows of ${file}`);
  if (!json) console.log(`${tracingText(rows)}\n`);
  console.log(JSON.stringify(figuresOf(rows)));
}
