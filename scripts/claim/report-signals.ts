/** Searched with and without a teacher, scored with and without: does the teacher change what a
 * search should find? */
import { readingCounts } from '../../src/core/anytime.ts';
import type { SeededCurves } from '../../src/core/anytime.ts';
import { table } from '../study/markdown.ts';
import { endpointOf, testFamily } from './compare.ts';
import { CHOSEN, PLAYERS, SCORES } from './protocol.ts';
import type { Player, Signal } from './protocol.ts';
import type { Findings } from './report.ts';
import { digits, mean, spreadText, TEST_COLUMNS, testCells, titleOf } from './report-words.ts';
import { gamesOf, isPlayable, sharesOf, trainedBy } from './study.ts';

const SIGNAL_TITLES: Readonly<Record<Signal, string>> = { kd: 'distilled', plain: 'labels alone' };
const BOTH = ['kd', 'plain'] as const satisfies readonly Signal[];

export function signalSection(findings: Findings): string {
  const title = '### With and without the teacher';
  const { study } = findings;
  const { budget } = study.signals.kd;
  if (!isPlayable(study.signals.kd)) return `${title}\n\nToo few students are recorded by labels alone.`;
  const cells = (player: Player) =>
    BOTH.flatMap((score) => BOTH.map((signal) => sharesBy(findings, player, signal, score)));
  const body = PLAYERS.flatMap((player) => {
    const all = cells(player).map((curves) => [...curves.values()]);
    const ends = all.map((curves) => spreadText(curves, budget));
    const endpoints = all.map((curves) => digits(mean(curves.map((curve) => endpointOf(curve, budget))), 3));
    return [
      [titleOf(player), `share after ${readingCounts(budget).at(-1)}`, ...ends],
      ['', 'endpoint, mean', ...endpoints],
    ];
  });
  const header = BOTH.flatMap((score) =>
    BOTH.map((signal) => `scored ${SIGNAL_TITLES[score]}, searched ${SIGNAL_TITLES[signal]}`),
  );
  return [title, noteOf(findings), table(['', '', ...header], body), teacherTests(findings)].join('\n\n');
}

function noteOf({ study }: Findings): string {
  return (
    `Labels alone are scored by \`${SCORES.plain}\`, seed 1: the one that was searched on without a teacher; ` +
    'distilled ones by ' +
    `\`${study.score}\`. No references; a search chooses by what it was told, then its students are scored both ways.`
  );
}

function teacherTests(findings: Findings): string {
  const pairs = BOTH.map((score) => ({
    id: SIGNAL_TITLES[score],
    chosen: sharesBy(findings, CHOSEN, 'kd', score),
    other: sharesBy(findings, CHOSEN, 'plain', score),
  }));
  const body = testFamily(pairs, findings.study.signals.kd.budget).map((comparison) => {
    return [comparison.id, String(comparison.seeds), ...testCells(comparison, findings.soFar)];
  });
  const note = 'TRADE searching with the teacher minus TRADE searching by labels alone; Holm over these two.';
  return `${note}\n\n${table(['scored', 'seeds', ...TEST_COLUMNS], body)}`;
}

function sharesBy({ study, find }: Findings, player: Player, signal: Signal, score: Signal): SeededCurves {
  const pool = study.signals[signal];
  const column = score === 'kd' ? study.score : SCORES.plain;
  return sharesOf(pool, trainedBy(gamesOf(find, pool, player)), column);
}
