/** Verdicts over landscapes of accuracies: a data set and a direction of training seeds each. */
import { table } from '../study/markdown.ts';
import { meanOf } from '../study/statistics.ts';
import { endpointGaps, overLandscapes } from './compare.ts';
import { advantageAfter, duelsOf, pairOf, pointCounts, TEACHER, teacherDuel } from './duels.ts';
import type { Duel, Side } from './duels.ts';
import type { Findings } from './report.ts';
import { signed, titleOf, VERDICT_WORDS } from './report-words.ts';
import { isPlayable } from './study.ts';

/** Those of a data set. */
export interface Landscapes {
  readonly title: string;
  readonly findings: Findings;
}

interface Measure {
  readonly title: string;
  readonly betterWhere: 'below 0' | 'above 0';
  readonly places: number;
  readonly of: (side: Side) => number;
}

const MEASURES: readonly Measure[] = [
  {
    title: 'Endpoint (below 0 speaks for the first)',
    betterWhere: 'below 0',
    places: 3,
    of: (side) => meanOf(endpointGaps(pairOf(side))),
  },
  pointsMeasure('a quarter of the budget', 0),
  pointsMeasure('the whole budget', 1),
];

function pointsMeasure(after: string, which: 0 | 1): Measure {
  return {
    title: `Points of test accuracy after ${after} (above 0 speaks for the first)`,
    betterWhere: 'above 0',
    places: 2,
    of: (side) => 100 * advantageAfter(side, pointCounts(side.chosen.pool.budget)[which]),
  };
}

export function landscapeSection(all: readonly Landscapes[]): string {
  const played = all.filter(({ findings }) => isPlayable(findings.study.main.none));
  const titles = played.flatMap(({ title, findings }) => findings.studies.all.map((one) => `${title}, ${one.title}`));
  const duels = played.map(({ findings: { find, studies } }) => [
    ...duelsOf(find, studies),
    teacherDuel(find, studies),
  ]);
  const rows = (duels[0] ?? []).map(({ id }, index) => ({
    name: nameOf(id),
    sides: duels.flatMap((own) => own[index]?.sides ?? []),
  }));
  const tables = MEASURES.map((measure) => {
    const body = rows.map(({ name, sides }) => [name, ...cellsOf(measure, sides)]);
    const header = ['', ...titles, 'mean', '95 % interval over landscapes', 'verdict'];
    return `${measure.title}:\n\n${table(header, body)}`;
  });
  return ['### Over landscapes', noteOf(titles.length), ...tables].join('\n\n');
}

const noteOf = (count: number): string =>
  `A landscape is what searches are told and scored by: a data set and a direction of training seeds. Twenty ` +
  `searches on one landscape share its luck, so that each counts once here, with the mean of its searches; the ` +
  `interval is Student's t over these ${count}. Two directions of a data set share its trainings, so that the ` +
  'interval is, if anything, too narrow. A verdict holds where all signs agree and the interval leaves out 0.';

function nameOf(id: Duel['id']): string {
  if (id === TEACHER) return 'TRADE with the teacher - TRADE by labels, scored distilled';
  const [rival = '', references = ''] = id.split('/');
  return `TRADE - ${titleOf(rival)}, references ${references}`;
}

function cellsOf({ of, places, betterWhere }: Measure, sides: readonly Side[]): readonly string[] {
  // As the page shows them: what rounds to 0 has no sign.
  const differences = sides.map((side) => Number(of(side).toFixed(places)) + 0);
  const { mean, lower, upper, verdict } = overLandscapes(differences, betterWhere);
  const each = differences.map((value) => signed(value, places));
  if (verdict === 'descriptive') return [...each, '', '', 'not played'];
  const interval = `${signed(lower, places)} to ${signed(upper, places)}`;
  return [...each, signed(mean, places), interval, VERDICT_WORDS[verdict]];
}
