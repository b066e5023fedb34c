/** The live claim on wide spaces (`scripts/claim-live.ts`), tested as its protocol says, and its
 * students beside predefined ones. Before its last row nothing of it is told. */
import { analyse, analysisText, searchesOf } from '../claim-live/analysis.ts';
import { EQUAL, readHeader, RIVALS } from '../claim-live/protocol.ts';
import type { Protocol } from '../claim-live/protocol.ts';
import { readRows } from '../claim-live/rows.ts';
import type { Rows } from '../claim-live/rows.ts';
import { gainsText, predefinedOf } from '../predefined-live/gains.ts';
import type { PredefinedRow } from '../predefined-live/gains.ts';
import { table } from '../study/markdown.ts';
import { readRecord } from '../study/record.ts';
import { meanInterval } from '../study/statistics.ts';
import { digits } from './report-words.ts';

const TITLE = '### Live, on wide spaces';

export interface WidePlaces {
  readonly wide: string;
  readonly predefined: string;
}

export function wideSection(places: WidePlaces): string {
  const header = readHeader(places.wide);
  if (header === undefined) return `${TITLE}\n\nUntried: no search is recorded.`;
  const { protocol } = header;
  const rows = readRows(places.wide);
  const searches = searchesOf(protocol, rows);
  const missing = protocol.players.length * protocol.seeds * protocol.readings.length - searches.length;
  if (missing > 0) {
    const fronts = missing === 1 ? '1 front is' : `${missing} fronts are`;
    return `${TITLE}\n\n${fronts} not measured: nothing is told before the last one.`;
  }
  const predefined = predefinedOf(readRecord<PredefinedRow>(places.predefined), protocol);
  const beside =
    predefined.length === 0
      ? 'Predefined students: untried.'
      : `Points over ${predefined.length} predefined students (each family's reference, its widths times ½, 1, ` +
        '1½ and 2) of the same recipe, which keep the limits: the best chosen one of no more params.\n\n' +
        gainsText(searches, predefined);
  const { gaps } = analyse(protocol, searches);
  const afterwards =
    'Not of the protocol, looked at afterwards and so no test: the global process, which is the default of a new ' +
    `search, beside evolution and random search.\n\n${defaultTable(protocol, gaps)}`;
  const bySeed = `Gaps by seed:\n\n${gapTable(gaps)}`;
  return [TITLE, analysisText(header, rows), afterwards, bySeed, costs(rows), beside].join('\n\n');
}

type Gaps = ReadonlyMap<string, ReadonlyMap<number, number>>;

function defaultTable({ readings }: Pick<Protocol, 'readings'>, gaps: Gaps): string {
  const body = RIVALS.flatMap((rival) =>
    readings.map((count) => {
      const theirs = gaps.get(`${rival}/${count}`);
      const differences = [...(gaps.get(`${EQUAL}/${count}`) ?? [])].map(
        ([seed, gap]) => gap - (theirs?.get(seed) ?? NaN),
      );
      const { mean, lower, upper } = meanInterval(differences);
      const below = differences.filter((difference) => difference < 0).length;
      return [
        ...[`${EQUAL} - ${rival}`, String(count), digits(mean, 2), `${digits(lower, 2)} to ${digits(upper, 2)}`],
        `${below} of ${differences.length}`,
      ];
    }),
  );
  return table(['', 'trainings', 'points', '95 % interval', 'seeds below 0'], body);
}

function gapTable(gaps: Gaps): string {
  const seeds = [...new Set([...gaps.values()].flatMap((bySeed) => [...bySeed.keys()]))];
  const body = [...gaps].map(([place, bySeed]) => {
    const [player = '', count = ''] = place.split('/');
    return [player, count, ...seeds.map((seed) => digits(bySeed.get(seed) ?? NaN, 2))];
  });
  return table(['', 'trainings', ...seeds.map(String)], body);
}

/** Of one core: a process trains with one thread. */
function costs({ trials, fresh }: Rows): string {
  const searched = [...trials.values()];
  const hours = (all: readonly { readonly seconds: number }[]): string =>
    (all.reduce((sum, { seconds }) => sum + seconds, 0) / 3600).toFixed(1);
  const failed = [...searched, ...fresh].filter((row) => row.failed !== undefined).length;
  return (
    `Trainings took ${hours(searched)} hours of one core in searches and ${hours(fresh)} again; ` +
    `${failed} came to nothing.`
  );
}
