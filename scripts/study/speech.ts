/**
 * Speech emotion on EMO-DB, speakers left out: one-shot searches, cells by chance, a hand-made
 * network and TRADE's students (docs/beyond-images.md).
 *
 *   npm run study -- speech [--json]
 *   npm run study -- speech --record --out DIR [--folds 5] [--npz FILE]
 *
 *   --json       on standard output the last line alone
 *   --record     plays what is missing through the command line, in a workspace under DIR;
 *                resumable; about ten minutes a fold
 *   --folds N    the first N of the five splits of speakers
 *   --npz FILE   EMO-DB's recordings (../shared/data/emo-db)
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readRecord, RECORDING, recordPlace } from './record.ts';
import { NPZ } from './speech/data.ts';
import { figuresOf, figuresText } from './speech/figures.ts';
import { FIXED, ordersOf } from './speech/plan.ts';
import { recordSpeech } from './speech/record.ts';
import type { SpeechRow } from './speech/rows.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NAME = 'study-speech.jsonl';

/** Throws what `parseArgs` throws, and a RangeError for numbers that are none. */
export async function studySpeech(args: readonly string[], say: (line: string) => void): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...RECORDING,
      folds: { type: 'string', default: String(FIXED.folds) },
      npz: { type: 'string', default: join(ROOT, '../shared/data/emo-db', NPZ) },
    },
  });
  const { json, npz } = values;
  const folds = Number(values.folds);
  if (!Number.isInteger(folds) || folds < 1 || folds > FIXED.folds) {
    throw new RangeError(`--folds ${values.folds}: a whole number from 1 to ${FIXED.folds}.`);
  }
  const { file, playIn } = recordPlace(NAME, values);
  if (playIn !== undefined) {
    if (existsSync(npz)) await recordSpeech(ordersOf(folds), { file, out: playIn, npz, say });
    else say(`SKIP EMO-DB: ${npz} is not there; name its file with --npz FILE`);
  }
  const rows = readRecord<SpeechRow>(file);
  say(`${rows.length} rows of ${file}`);
  const figures = figuresOf(rows);
  if (!json) console.log(`${figuresText(figures)}\n`);
  console.log(JSON.stringify(figures));
}
