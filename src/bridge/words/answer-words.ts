/** What a search found, in sentences: what it names itself, and the best single student with what
 * was trained around it. */
import type { Explanation } from '../../core/strategies/explain.ts';
import type { Answer, Growth, ScoredCentre } from '../../core/strategies/followed.ts';

/** Further centres of a front are counted, not told. */
const MOST_CENTRES = 3;

const LIST = new Intl.ListFormat('en', { type: 'conjunction' });
const AGGREGATES: Readonly<Record<Answer['by'], string>> = { mean: 'mean', min: 'least' };

/** A value of the first objective as the view writes it. */
type Written = (value: number) => string;

const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;
/** As windows and terminal number students. */
const numberOf = (trial: number): string => `student ${trial + 1}`;

type Found = Pick<Explanation, 'answer' | 'winner' | 'growth'>;

/** Each value with whose it is: a score is nobody's accuracy. */
export function answerSentences({ answer, winner, growth }: Found, written: Written) {
  return [
    ...(answer ? [answerSentence(answer, written)] : []),
    ...(winner ? winnerSentences(winner, written) : []),
    ...(growth ? growthSentences(growth) : []),
  ];
}

/** Of each kind of choice the levels that the best students have, most frequent first. */
function growthSentences({ first, temperature, students, choices, unread }: Growth): readonly string[] {
  const tried = `${first.asked} ${first.asked === 1 ? 'was' : 'were'} tried`;
  const begun = `Of ${plural(first.all, 'student')} with one layer ${tried}.`;
  const warm = temperature === undefined ? [] : [`The last draw had temperature ${temperature.toPrecision(2)}.`];
  const titles = [...new Set(choices.map(({ title }) => title))];
  const made = titles.map((title) => {
    const levels = choices.filter((choice) => choice.title === title);
    return `${title.toLowerCase()} ${levels.map((one) => `${one.level} ${one.students}`).join(', ')}`;
  });
  const front = made.length === 0 ? [] : [`The front has ${plural(students, 'student')}: ${made.join('; ')}.`];
  const dropped = unread.map((one) => `${one.name} by ${one.students}`).join(', ');
  return [begun, ...warm, ...front, ...(unread.length === 0 ? [] : [`Of what is known they do not read: ${dropped}.`])];
}

function answerSentence({ by, centres }: Answer, written: Written): string {
  const judged = `By the ${AGGREGATES[by]} of a centre and its neighbours`;
  if (centres.length === 0) return `${judged} nothing is found yet: no centre has a result and all of its neighbours.`;
  const told = centres.slice(0, MOST_CENTRES).map((centre) => centreText(centre, written));
  const left = centres.length - told.length;
  const best = centres.length === 1 ? 'the best is' : 'those that none beats in this and in cost are';
  return `${judged} ${best} ${LIST.format([...told, ...(left > 0 ? [`${left} more`] : [])])}.`;
}

/** `student 7 (88.1 % with 4 neighbours, 88.6 % itself)` */
const centreText = ({ trial, own, neighbours, score }: ScoredCentre, written: Written): string =>
  `${numberOf(trial)} (${written(score)} with ${plural(neighbours, 'neighbour')}, ${written(own)} itself)`;

function winnerSentences(
  { trial, own, neighbours, mean }: NonNullable<Explanation['winner']>,
  written: Written,
): readonly string[] {
  const best = `The best single student is ${numberOf(trial)} with ${written(own)}.`;
  if (mean === undefined) return [best, 'None of its one-edit neighbours was trained.'];
  const verb = neighbours === 1 ? 'was' : 'were';
  const around = neighbours === 1 ? `it has ${written(mean)}` : `they have ${written(mean)} on average`;
  return [best, `Of its one-edit neighbours ${neighbours} ${verb} trained; ${around}.`];
}
