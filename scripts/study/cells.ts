/**
 * Searches on spaces of which every student is recorded, and whether a neighbourhood tells more
 * than a student alone (docs/benchmarks.md, "Cells and neighbourhoods").
 *
 *   npm run study -- cells [--json] [--play] [--out DIR] [--seeds 20] [--page FILE]
 *       [--shared DIR]
 *
 *   --json        on standard output the last line alone
 *   --play        plays again instead of reading the figures that are recorded; resumable, and
 *                 several processes may share DIR
 *   --out DIR     where games that are played again are kept (.cache/study)
 *   --seeds N     paired seeds of each player
 *   --page FILE   whose figures are renewed (docs/benchmarks.md)
 *   --shared DIR  folder with the public tables (../shared); a space that is not there is left out
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeAtomically } from '../../src/compute/files/atomic-file.ts';
import { withFigures } from '../record-table/card.ts';
import { readRecord } from './record.ts';
import { reportRecord, reportText } from './cells/report.ts';
import { workOn } from './cells/rows.ts';
import type { Row } from './cells/rows.ts';
import { findSpaces } from './cells/spaces.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** As the page's comment names it. */
const MAKER = 'npm run study -- cells';
const NAME = 'study-cells.jsonl';
const RECORDED = join(ROOT, 'benchmarks/records', NAME);

/** Throws what `parseArgs` throws, and a RangeError for seeds that are none. */
export async function studyCells(args: readonly string[], say: (line: string) => void): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      play: { type: 'boolean', default: false },
      out: { type: 'string', default: join(ROOT, '.cache/study') },
      seeds: { type: 'string', default: '20' },
      page: { type: 'string' },
      shared: { type: 'string', default: join(ROOT, '../shared') },
    },
  });
  const { json, play, out, page, shared } = values;
  const seeds = Number(values.seeds);
  if (!Number.isInteger(seeds) || seeds < 1)
    throw new RangeError(`--seeds ${values.seeds}: name a whole number from 1`);
  const file = play ? join(out, NAME) : RECORDED;
  if (play) {
    mkdirSync(out, { recursive: true });
    const { spaces, missing } = await findSpaces(shared);
    for (const one of missing) say(`SKIP ${one}`);
    await workOn({ spaces, seeds, file, say });
  }
  const rows = readRecord<Row>(file);
  say(`${rows.length} rows of ${file}`);
  if (page !== undefined) {
    writeAtomically(page, Buffer.from(withFigures(readFileSync(page, 'utf8'), reportText(rows), MAKER)));
  }
  if (!json) console.log(`${reportText(rows)}\n`);
  console.log(JSON.stringify(reportRecord(rows)));
}
