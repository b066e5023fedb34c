/** What the figures are of: how much of the table is there, what is scored, which games were played
 * by whom. */
import { table } from '../study/markdown.ts';
import { isPredefined, isReference } from './pool.ts';
import { NEEDED_STAGES, PLAYERS, REFERENCES, SEEDS } from './protocol.ts';
import type { Findings } from './report.ts';
import { capital, digits, titleOf } from './report-words.ts';
import { chosenShares, wholeVolume } from './scores.ts';
import { isPlayable, ordersOf } from './study.ts';
import type { Studies, Study } from './study.ts';

/** Trainings that a table lacks, by stage of its recording. */
export type Missing = Readonly<Record<string, number>>;

export function stateSection(findings: Findings): string {
  const { studies, study, missing, fingerprint, soFar } = findings;
  const { students, failed } = studies;
  const { main, signals } = study;
  const planned = students + (missing['kd'] ?? 0);
  const left = NEEDED_STAGES.filter((stage) => (missing[stage] ?? 0) > 0);
  const lines = [
    `Table \`${fingerprint}\`: ${students} of ${planned} students are distilled, ${failed} of them failed.`,
    left.length === 0
      ? 'All trainings that the protocol reads are recorded.'
      : '**The table is partial.** Not recorded yet, by stage: ' +
        `${left.map((stage) => `${stage} ${missing[stage]}`).join(', ')}.`,
    ...scoreLines(studies),
    ...studies.all.map(poolLine),
    referenceLine(study),
    `With and without a teacher: ${signals.kd.students.length} students have all that it takes, ` +
      `${signals.kd.budget} trainings a search.`,
    gamesLine(findings),
  ];
  if (soFar !== '')
    lines.push('Verdicts "so far" are no result: who looks at a growing table often enough sees anything.');
  if (!isPlayable(main.none)) lines.push('Too few students are recorded to search among them.');
  const list = lines.map((line) => `- ${line}`).join('\n');
  const played = isPlayable(main.none) ? [gameTable(findings)] : [];
  return ['### What the figures are of', list, ...played].join('\n\n');
}

function scoreLines({ all, isProvisional }: Studies): readonly string[] {
  if (!isProvisional)
    return all.map(
      ({ title, search, score }) =>
        `${capital(title)}: searches are told \`${search}\`; their choice is scored by \`${score}\`.`,
    );
  const why = 'too few students have a second seed, so test images of the very training that was searched on stand in';
  const [{ score }] = all;
  return [`**Provisional score**: \`${score}\`, since ${why}; its luck is in both, which flatters every search alike.`];
}

/** Without any recorded, both ways of the comparison are the same games. */
function referenceLine({ main }: Study): string {
  const students = main.none.students;
  const given = new Set(students.filter(isReference).map(({ family }) => family)).size;
  const families = new Set(students.map(({ family }) => family)).size;
  const note = given === 0 ? ': with and without them are the same games' : '';
  return (
    `Reference students recorded: of ${given} of ${families} families${note}; predefined students: ` +
    `${students.filter(isPredefined).length}.`
  );
}

/** What the validation images cost even who trains everything. */
function poolLine({ title, main, score }: Study): string {
  const pool = main.none;
  const all = pool.students.map((_, place) => place);
  const ceiling = chosenShares(pool, all, score, wholeVolume(pool, score)).at(-1) ?? NaN;
  const told = `the front chosen by validation among all of them has ${digits(ceiling, 4)} of the hypervolume`;
  return `Pool, ${title}: ${pool.students.length} students, ${pool.budget} trainings a search; ${told}.`;
}

function gamesLine({ studies, find }: Findings): string {
  const orders = ordersOf(studies);
  const games = orders.map(find).filter((game) => game !== undefined);
  const codes = [...new Set(games.map(({ code }) => code))];
  const machines = [...new Set(games.map(({ origin }) => `${origin.machine}, ${origin.date}`))].sort();
  const played = `${games.length} of ${orders.length} games are played`;
  return games.length === 0 ? `${played}.` : `${played} (code ${codes.join(', ')}; ${machines.join('; ')}).`;
}

function gameTable({ studies, study, find }: Findings): string {
  const pools = [
    ...studies.all.flatMap(({ title, main, signals }) => [
      ...REFERENCES.map((references) => [`${title}, references ${references}`, main[references]] as const),
      [`${title}, as many as without a teacher`, signals.kd] as const,
    ]),
    ['searched by labels', study.signals.plain] as const,
  ];
  const body = PLAYERS.map((player) => {
    const played = pools.map(([, pool]) => SEEDS.filter((seed) => find({ pool, player, seed })).length);
    const version = SEEDS.map((seed) => find({ pool: study.main.none, player, seed })?.version).find(Number.isFinite);
    return [titleOf(player), version === undefined ? '' : String(version), ...played.map(String)];
  });
  return `Seeds played:\n\n${table(['', 'version', ...pools.map(([name]) => name)], body)}`;
}
