/** TRADE beside the other strategies: shares on the way, the endpoint's tests, trainings that it
 * takes. */
import { reachedBy, readingCounts, spreadAfter } from '../../src/core/anytime.ts';
import type { SeededCurves } from '../../src/core/anytime.ts';
import { table } from '../study/markdown.ts';
import { endpointOf, testDirections } from './compare.ts';
import { duelsOf, pairOf, pointsText } from './duels.ts';
import { PLAYERS, REFERENCES } from './protocol.ts';
import type { Player, References } from './protocol.ts';
import type { Findings } from './report.ts';
import { capital, digits, directedWords, mean, pText, signed, spreadText, titleOf } from './report-words.ts';
import { gamesOf, sharesOf, trainedBy, trainedPredefined } from './study.ts';
import type { FindGame, Study } from './study.ts';

/** Rivals that model nothing of what they were told. */
const UNGUIDED = ['random', 'evolution', 'akd'] as const satisfies readonly Player[];
const untilTitle = (player: Player): string => `until ${titleOf(player)}`;

/** Of the students each player trained, by seed. */
function mainShares(find: FindGame, study: Study, references: References, player: Player): SeededCurves {
  const pool = study.main[references];
  return sharesOf(pool, trainedBy(gamesOf(find, pool, player)), study.score);
}

export function sharesSection({ studies, find }: Findings): string {
  const parts = studies.all.flatMap((study) => REFERENCES.map((references) => sharesTable(find, study, references)));
  const note =
    'Share of the hypervolume that the choice has on the test images; median (quartiles) over search seeds. ' +
    'Endpoint: area under log10(1 - share), divided by the trainings; lower is better. Until a search: ' +
    'trainings by which half of the seeds had reached the last median of that search.';
  return ['### Strategies', note, ...parts].join('\n\n');
}

function sharesTable(find: FindGame, study: Study, references: References): string {
  const pool = study.main[references];
  const { budget } = pool;
  const counts = readingCounts(budget);
  const players = PLAYERS.map((player) => [titleOf(player), mainShares(find, study, references, player)] as const);
  const baseline =
    references === 'none'
      ? [['predefined, scaled', sharesOf(pool, trainedPredefined(pool), study.score)] as const]
      : [];
  // What each rival without a surrogate ends at: how soon do the others have it?
  const goals = UNGUIDED.map((player) => {
    return spreadAfter([...mainShares(find, study, references, player).values()], budget, 'maximize').median;
  });
  const body = [...players, ...baseline].map(([name, curves]) => {
    const list = [...curves.values()];
    const endpoint = mean(list.map((curve) => endpointOf(curve, budget)));
    const until = goals.map((goal) => {
      const { half } = reachedBy(list, goal, 'maximize');
      return list.length === 0 ? '' : Number.isFinite(half) ? String(half) : 'more';
    });
    return [name, ...counts.map((count) => spreadText(list, count)), digits(endpoint, 3), ...until];
  });
  const header = ['', ...counts.map((count) => `after ${count}`), 'endpoint, mean', ...UNGUIDED.map(untilTitle)];
  const given = references === 'none' ? 'no reference students given' : 'reference students given to all';
  return `${capital(study.title)}, ${given}:\n\n${table(header, body)}`;
}

/** The family that was fixed: each rival with and without reference students, and the predefined
 * students. Each in both directions. */
export function testsSection({ studies, find, soFar }: Findings): string {
  const duels = duelsOf(find, studies);
  const tests = testDirections(duels.map((duel) => ({ id: duel.id, directions: duel.sides.map(pairOf) })));
  const body = tests.map((test, index) => {
    const sides = duels[index]?.sides ?? [];
    const [rival = '', references = ''] = test.id.split('/');
    const perDirection = sides.flatMap((side, way) => [
      test.seeds === 0 ? '' : signed(test.differences[way] ?? NaN, 3),
      pointsText(side),
    ]);
    const judged = [test.seeds === 0 ? '' : pText(test.adjustedP), `${directedWords(test)}${soFar}`];
    return [titleOf(rival), references, String(test.seeds), ...perDirection, ...judged];
  });
  const note =
    'TRADE minus the other, mean over paired search seeds. Endpoint: below 0 speaks for TRADE. Points of test ' +
    'accuracy, after a quarter of the budget and at its end: above 0 speaks for TRADE; mean over 30 limits of ' +
    'params, evenly spaced in their logarithm, that both can serve. p: of the worse direction, paired bootstrap ' +
    `of 10,000 resamples, by Holm over these ${tests.length} comparisons; it tells of search seeds on these very ` +
    'accuracies and of nothing else. A difference whose sign flips with the training seeds is not shown.';
  const columns = studies.all.flatMap(({ title }) => [`${title}, endpoint`, `${title}, points`]);
  const header = ['than', 'references', 'seeds', ...columns, 'p by Holm', 'verdict'];
  return `### Is TRADE better?\n\n${note}\n\n${table(header, body)}`;
}
