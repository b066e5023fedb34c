/** Searched with and without a teacher, scored with and without: does the teacher change what a
 * search should find? */
import { readingCounts } from '../../src/core/anytime.ts';
import { table } from '../study/markdown.ts';
import { endpointOf, testDirections } from './compare.ts';
import { pairOf, pointsText, teacherDuel } from './duels.ts';
import { PLAIN, PLAYERS, SIGNALS } from './protocol.ts';
import type { Player, Signal } from './protocol.ts';
import type { Findings } from './report.ts';
import { capital, digits, directedWords, mean, pText, signed, spreadText, titleOf } from './report-words.ts';
import { gamesOf, isPlayable, sharesOf, trainedBy } from './study.ts';
import type { FindGame, Study } from './study.ts';

const SIGNAL_TITLES: Readonly<Record<Signal, string>> = { kd: 'distilled', plain: 'labels alone' };

export function signalSection(findings: Findings): string {
  const title = '### With and without the teacher';
  const { studies, study, find } = findings;
  if (!isPlayable(study.signals.kd)) return `${title}\n\nToo few students are recorded by labels alone.`;
  const tables = studies.all.map((one) => `${capital(one.title)}:\n\n${signalTable(find, one)}`);
  const note =
    `By labels alone every student was trained with seed 1 only, and is scored by \`${PLAIN.score}\`; distilled ` +
    'ones by the seed that no search was told. No references; a search chooses by what it was told, then its ' +
    'students are scored both ways.';
  return [title, note, ...tables, teacherTests(findings)].join('\n\n');
}

function signalTable(find: FindGame, study: Study): string {
  const { budget } = study.signals.kd;
  const pairs = SIGNALS.flatMap((score) => SIGNALS.map((signal) => ({ score, signal })));
  const body = PLAYERS.flatMap((player) => {
    const all = pairs.map(({ signal, score }) => [...sharesBy(find, study, player, signal, score).values()]);
    const ends = all.map((curves) => spreadText(curves, budget));
    const endpoints = all.map((curves) => digits(mean(curves.map((curve) => endpointOf(curve, budget))), 3));
    return [
      [titleOf(player), `share after ${readingCounts(budget).at(-1)}`, ...ends],
      ['', 'endpoint, mean', ...endpoints],
    ];
  });
  const header = pairs.map(({ score, signal }) => `scored ${SIGNAL_TITLES[score]}, searched ${SIGNAL_TITLES[signal]}`);
  return table(['', '', ...header], body);
}

function sharesBy(find: FindGame, study: Study, player: Player, signal: Signal, score: Signal) {
  const pool = study.signals[signal];
  return sharesOf(pool, trainedBy(gamesOf(find, pool, player)), score === 'kd' ? study.score : PLAIN.score);
}

function teacherTests({ studies, find, soFar }: Findings): string {
  const { id, sides } = teacherDuel(find, studies);
  const body = testDirections([{ id, directions: sides.map(pairOf) }]).map((test) => {
    const { seeds, differences, adjustedP } = test;
    const ways = sides.flatMap((side, way) => [
      seeds === 0 ? '' : signed(differences[way] ?? NaN, 3),
      pointsText(side),
    ]);
    const verdict = `${directedWords(test)}${soFar}`;
    return [SIGNAL_TITLES.kd, String(seeds), ...ways, seeds === 0 ? '' : pText(adjustedP), verdict];
  });
  const note =
    'TRADE searching with the teacher minus TRADE searching by labels alone, as above. In the first direction the ' +
    'labels were trained with the seed that the other search was told, in the second with the one that scores: the ' +
    'luck that trainings of a seed share speaks for the one and then for the other. Scored by labels nothing is ' +
    'tested: they have one seed only, and it cannot be swapped.';
  const columns = studies.all.flatMap(({ title }) => [`${title}, endpoint`, `${title}, points`]);
  return `${note}\n\n${table(['scored', 'seeds', ...columns, 'p', 'verdict'], body)}`;
}
