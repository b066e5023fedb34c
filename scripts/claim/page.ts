/** The figures of `docs/claim.md`, from what is recorded and nothing else: the script writes them,
 * a test reads them again. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openBook } from './games.ts';
import { readRecord } from '../study/record.ts';
import type { LiveRow } from './live.ts';
import { epochStudies } from './epochs.ts';
import { epochFigures } from './report-epochs.ts';
import { liveSection } from './report-live.ts';
import { wideSection } from './report-wide.ts';
import type { WidePlaces } from './report-wide.ts';
import { landscapeSection } from './report-landscapes.ts';
import { claimFigures, findingsOf } from './report.ts';
import { secondFindings, secondSection } from './report-second.ts';
import { readClaimTable } from './read-table.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Where everything lies in the repository. */
export const PLACES = {
  table: join(ROOT, 'resources/tables/fashion-kd.json'),
  games: join(ROOT, 'benchmarks/records/claim.jsonl'),
  live: join(ROOT, 'benchmarks/records/claim-live.jsonl'),
  /** Of `scripts/claim-live.ts` and `scripts/predefined-live.ts`. */
  wide: join(ROOT, 'benchmarks/records/claim-wide.jsonl'),
  predefined: join(ROOT, 'benchmarks/records/claim-wide-predefined.jsonl'),
  secondRows: join(ROOT, 'benchmarks/records/claim-cifar10.rows.jsonl'),
  secondGames: join(ROOT, 'benchmarks/records/claim-cifar10.jsonl'),
  epochGames: join(ROOT, 'benchmarks/records/claim-epochs.jsonl'),
  page: join(ROOT, 'docs/claim.md'),
  /** Of the live searches. */
  config: join(ROOT, 'examples/fashion-quick.json'),
  /** Of the second task: beside the checkout, never copied into it. */
  data: join(ROOT, '../shared/data/cifar10-subset'),
} as const;

/** What the page says that it is made by. */
export const MAKER = 'npm run claim';

/** `code`: hash of the present code, whose games are preferred. */
export function pageFigures(places: FigurePlaces, code: string): string {
  const { find } = openBook(places.games, code);
  const first = findingsOf({ ...readClaimTable(places.table), find });
  const second = secondFindings(places.secondRows, places.secondGames, code);
  const landscapes = [
    { title: 'Fashion-MNIST', findings: first },
    ...(second ? [{ title: 'CIFAR-10', findings: second }] : []),
  ];
  const live = liveSection(readRecord<LiveRow>(places.live));
  const sections = [claimFigures(first), live, wideSection(places), secondSection(second)];
  return [...sections, landscapeSection(landscapes)].join('\n\n');
}

/** What the page says that its section on epochs is made by. */
export const EPOCH_MAKER = 'npm run claim -- --epochs';

/** Of the searches at equal epochs. */
export function epochPageFigures({ table, games }: Readonly<Record<'table' | 'games', string>>, code: string): string {
  return epochFigures(epochStudies(readClaimTable(table).table), openBook(games, code).find);
}

export type FigurePlaces = WidePlaces &
  Readonly<Record<'table' | 'games' | 'live' | 'secondRows' | 'secondGames', string>>;
