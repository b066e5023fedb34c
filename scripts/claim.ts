/**
 * Puts the claim to the test (`docs/claim.md`): rebuilds every figure of the page from the recorded
 * table, in minutes, or in seconds where the games are recorded already. The protocol stands in
 * `claim/protocol.ts`. Needs Node 24.
 *
 *   npm run claim [-- --table FILE] [--games FILE] [--page FILE] [--report]
 *   npm run claim -- --live --out DIR [--seeds 3] [--trials 24] [--config FILE] [--records FILE]
 *   npm run claim -- --second --out DIR [--data DIR] [--most N]
 *   npm run claim -- --epochs [--table FILE] [--games FILE] [--page FILE] [--report]
 *
 *   --table FILE   another recorded table than resources/tables/fashion-kd.json
 *   --games FILE   where games are kept (benchmarks/records/claim.jsonl): those that are there are
 *                  not played again
 *   --page FILE    whose figures are renewed (docs/claim.md); `-`: they are printed
 *   --report       plays nothing: games of an earlier state of the code count as well
 *
 *   --live         searches by real trainings in a workspace under DIR, about 25 minutes of two
 *                  cores; resumable; then renews the page
 *   --config FILE  the search (examples/fashion-quick.json); strategy, seed and trials are set
 *   --records FILE where finished searches are kept (benchmarks/records/claim-live.jsonl)
 *
 *   --epochs       plays at equal epochs, with the table's short trainings and without, and renews
 *                  the page's section on epochs alone; games are kept in
 *                  benchmarks/records/claim-epochs.jsonl
 *
 *   --second       records the second task under DIR, about an hour of one core: CIFAR-10 of --data
 *                  (../shared/data/cifar10-subset) is imported, a teacher trained, students
 *                  trained; resumable, and DIR may be shared; then renews the page
 *   --most N       trainings at most, this time
 *   --records FILE where its rows are kept (benchmarks/records/claim-cifar10.rows.jsonl)
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CLAIM_STRATEGIES } from '../src/bridge/claim.ts';
import { WorkbenchError } from '../src/core/errors.ts';
import { writeAtomically } from '../src/compute/files/atomic-file.ts';
import { codeHash } from '../benchmarks/search/hashes.ts';
import { openBook } from './claim/games.ts';
import { epochOrders, epochStudies } from './claim/epochs.ts';
import { EPOCH_MAKER, epochPageFigures, MAKER, pageFigures, PLACES } from './claim/page.ts';
import { playMissing } from './claim/play.ts';
import { playLive } from './claim/live.ts';
import { LIVE_SEEDS, LIVE_TRIALS } from './claim/protocol.ts';
import { readClaimTable } from './claim/read-table.ts';
import type { ClaimTable } from './claim/read-table.ts';
import { recordSecond } from './claim/second/record.ts';
import { secondTable } from './claim/second/table.ts';
import { createStudies, ordersOf } from './claim/study.ts';
import { withFigures } from './record-table/card.ts';

const { values } = parseArgs({
  options: {
    table: { type: 'string', default: PLACES.table },
    games: { type: 'string' },
    page: { type: 'string', default: PLACES.page },
    report: { type: 'boolean', default: false },
    live: { type: 'boolean', default: false },
    second: { type: 'boolean', default: false },
    epochs: { type: 'boolean', default: false },
    data: { type: 'string', default: PLACES.data },
    most: { type: 'string', default: 'Infinity' },
    out: { type: 'string' },
    seeds: { type: 'string', default: String(LIVE_SEEDS) },
    trials: { type: 'string', default: String(LIVE_TRIALS) },
    config: { type: 'string', default: PLACES.config },
    records: { type: 'string' },
  },
});

/** Somewhere else than in the repository, where the options say so. */
const places = {
  ...{ ...PLACES, table: values.table, games: values.games ?? (values.epochs ? PLACES.epochGames : PLACES.games) },
  live: (values.live && values.records) || PLACES.live,
  secondRows: (values.second && values.records) || PLACES.secondRows,
  secondGames: values.second && values.records ? `${values.records}.games` : PLACES.secondGames,
};

const say = (line: string): void => console.error(line);

try {
  const code = codeHash(CLAIM_STRATEGIES);
  if (values.live) await live(folder());
  if (values.second) {
    const { data, most } = values;
    await recordSecond({ data, out: folder(), rows: places.secondRows, most: Number(most), say });
  }
  if (values.epochs) equalEpochs(code);
  else everything(code);
} catch (error) {
  if (!(error instanceof WorkbenchError) || error.kind !== 'input') throw error;
  say(error.message);
  process.exitCode = 2;
}

function equalEpochs(code: string): void {
  const orders = epochOrders(epochStudies(readClaimTable(places.table).table));
  if (!values.report) playMissing(orders, { book: openBook(places.games, code), code, say });
  renew(epochPageFigures(places, code), EPOCH_MAKER);
}

function everything(code: string): void {
  if (!values.report) {
    play(readClaimTable(places.table), places.games, code);
    const second = secondTable(places.secondRows);
    if (second) play(second, places.secondGames, code);
  }
  renew(pageFigures(places, code), MAKER);
}

function renew(figures: string, maker: string): void {
  if (values.page === '-') console.log(figures);
  else writeAtomically(values.page, Buffer.from(withFigures(readFileSync(values.page, 'utf8'), figures, maker)));
}

function play({ table }: ClaimTable, games: string, code: string): void {
  playMissing(ordersOf(createStudies(table)), { book: openBook(games, code), code, say });
}

function folder(): string {
  if (values.out !== undefined) return values.out;
  throw new WorkbenchError('usage.invalid', 'Name a folder for what is trained: --out DIR');
}

async function live(out: string): Promise<void> {
  const sizes = { seeds: Number(values.seeds), trials: Number(values.trials) };
  if (await playLive({ out, records: places.live, config: values.config, ...sizes, say })) return;
  say('Stopped; the same command goes on.');
  process.exitCode = 130;
}
