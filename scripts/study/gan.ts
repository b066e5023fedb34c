/**
 * The agent of E2GAN: students that it builds beside AKD's (docs/beyond-images.md).
 *
 *   npm run study -- gan [--json]
 *   npm run study -- gan --record [--out DIR] [--seeds N]
 *
 *   --json       on standard output the last line alone
 *   --record     plays what is missing; resumable, and several processes may share DIR
 *   --out DIR    where the record is kept (benchmarks/records)
 *   --seeds N    paired seeds of students (20)
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseTable } from '../../src/core/strategies/recorded-table.ts';
import { studyFigures, studyText } from './gan/figures.ts';
import { playStudents, studentOrders, STUDENTS } from './gan/students.ts';
import type { StudentRow } from './gan/students.ts';
import { readRecord, recorded } from './record.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NAME = 'study-gan.jsonl';
const RECORDS = join(ROOT, 'benchmarks/records');
const TABLE = join(ROOT, 'resources/tables/fashion-kd.json');

/** Throws what `parseArgs` throws, and a RangeError for seeds that are none. */
export async function studyGan(args: readonly string[], say: (line: string) => void): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      record: { type: 'boolean', default: false },
      out: { type: 'string', default: RECORDS },
      seeds: { type: 'string', default: String(STUDENTS.seeds) },
    },
  });
  const { json, record, out } = values;
  const seeds = Number(values.seeds);
  if (!Number.isInteger(seeds) || seeds < 1) throw new RangeError(`--seeds ${values.seeds}: a whole number from 1`);
  const file = join(out, NAME);
  if (record) {
    const table = parseTable(JSON.parse(readFileSync(TABLE, 'utf8')), TABLE);
    for (const order of studentOrders(seeds)) {
      await recorded(file, order.id, () => Promise.resolve(playStudents(table, order)));
      say(order.id);
    }
  }
  const rows = readRecord<StudentRow>(file);
  say(`${rows.length} rows of ${file}`);
  const figures = studyFigures(rows);
  if (!json) console.log(`${studyText(figures)}\n`);
  console.log(JSON.stringify(figures));
}
