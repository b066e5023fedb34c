/** The figures of `docs/claim.md`, from what is recorded and nothing else: the script writes them, a test reads them again. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openBook } from './games.ts';
import { claimFigures } from './report.ts';
import { readClaimTable } from './read-table.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Where everything lies in the repository. */
export const PLACES = {
  table: join(ROOT, 'resources/tables/fashion-kd.json'),
  games: join(ROOT, 'benchmarks/records/claim.jsonl'),
  page: join(ROOT, 'docs/claim.md'),
} as const;

/** Between these two the page's figures stand. */
export const MAKER = 'npm run claim';

/** `code`: hash of the present code, whose games are preferred. */
export function pageFigures(places: Pick<typeof PLACES, 'table' | 'games'>, code: string): string {
  const { find } = openBook(places.games, code);
  return claimFigures({ ...readClaimTable(places.table), find });
}
