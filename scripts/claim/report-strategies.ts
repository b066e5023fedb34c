/** TRADE beside the other strategies: shares on the way, the endpoint's tests, trainings that it
 * takes. */
import { reachedBy, readingCounts, scoreAfter, spreadAfter } from '../../src/core/anytime.ts';
import type { SeededCurves } from '../../src/core/anytime.ts';
import { table } from '../study/markdown.ts';
import { endpointOf, testFamily } from './compare.ts';
import type { Pair } from './compare.ts';
import { CHOSEN, PLAYERS, REFERENCES, RIVALS } from './protocol.ts';
import type { Player, References } from './protocol.ts';
import type { Findings } from './report.ts';
import { digits, mean, spreadText, TEST_COLUMNS, testCells, titleOf } from './report-words.ts';
import { gamesOf, sharesOf, trainedBy, trainedPredefined } from './study.ts';

/** Rivals that model nothing of what they were told. */
const UNGUIDED = ['random', 'evolution', 'akd'] as const satisfies readonly Player[];
const untilTitle = (player: Player): string => `until ${titleOf(player)}`;

/** Of the students each player trained, by seed. */
export function mainShares({ study, find }: Findings, references: References, player: Player): SeededCurves {
  const pool = study.main[references];
  return sharesOf(pool, trainedBy(gamesOf(find, pool, player)), study.score);
}

function predefinedShares({ study }: Findings): SeededCurves {
  const pool = study.main.none;
  return sharesOf(pool, trainedPredefined(pool), study.score);
}

export function sharesSection(findings: Findings): string {
  const parts = REFERENCES.map((references) => {
    const { budget } = findings.study.main[references];
    const counts = readingCounts(budget);
    const players = PLAYERS.map((player) => [titleOf(player), mainShares(findings, references, player)] as const);
    const baseline = references === 'none' ? [['predefined, scaled', predefinedShares(findings)] as const] : [];
    const all = [...players, ...baseline];
    // What each rival without a surrogate ends at: how soon do the others have it?
    const goals = UNGUIDED.map((player) => {
      return spreadAfter([...mainShares(findings, references, player).values()], budget, 'maximize').median;
    });
    const body = all.map(([name, curves]) => {
      const list = [...curves.values()];
      const endpoint = mean(list.map((curve) => endpointOf(curve, budget)));
      const until = goals.map((goal) => {
        const { half } = reachedBy(list, goal, 'maximize');
        return list.length === 0 ? '' : Number.isFinite(half) ? String(half) : 'more';
      });
      return [name, ...counts.map((count) => spreadText(list, count)), digits(endpoint, 3), ...until];
    });
    const header = ['', ...counts.map((count) => `after ${count}`), 'endpoint, mean', ...UNGUIDED.map(untilTitle)];
    const given = references === 'none' ? 'No reference students given' : 'Reference students given to all';
    return `${given}:\n\n${table(header, body)}`;
  });
  const note =
    'Share of the hypervolume that the choice has on the test images; median (quartiles) over seeds. ' +
    'Endpoint: area under ' +
    'log10(1 - share), divided by the trainings; lower is better. Until a search: trainings by which half of ' +
    'the seeds had ' +
    'reached the last median of that search.';
  return ['### Strategies', note, ...parts].join('\n\n');
}

/** The family that was fixed: each rival with and without reference students, and the predefined
 * students. */
export function testsSection(findings: Findings): string {
  const pairs = REFERENCES.flatMap((references): readonly Pair[] => {
    const chosen = mainShares(findings, references, CHOSEN);
    return RIVALS.map((rival) => {
      return { id: `${rival}/${references}`, chosen, other: mainShares(findings, references, rival) };
    });
  });
  pairs.push({
    id: 'predefined/none',
    chosen: mainShares(findings, 'none', CHOSEN),
    other: predefinedShares(findings),
  });
  const body = testFamily(pairs, findings.study.main.none.budget).map((comparison) => {
    const [rival = '', references = ''] = comparison.id.split('/');
    return [titleOf(rival), references, String(comparison.seeds), ...testCells(comparison, findings.soFar)];
  });
  const note =
    'TRADE minus the other, mean over paired seeds of the endpoint: below 0 speaks for TRADE. Percentile ' +
    'bootstrap of ' +
    `10,000 resamples; Holm over these ${pairs.length} comparisons.`;
  return `### Is TRADE better?\n\n${note}\n\n${table(['than', 'references', 'seeds', ...TEST_COLUMNS], body)}`;
}

/** Shares at the end of the budget, by seed. */
export const endShares = (curves: SeededCurves, budget: number): readonly number[] =>
  [...curves.values()].map((curve) => scoreAfter(curve, budget));
