/** What the search tells of itself: how much of the first layer it tried, how warm it drew last and
 * what its best students are made of. */
import { outcomeCorner } from '../../geometry/cells.ts';
import { nondominationRanks } from '../../geometry/ranks.ts';
import { growthOf } from '../../space/growth.ts';
import { familyOf } from '../../space/lattice.ts';
import type { Growth, GrowthChoice } from '../followed.ts';
import { withOutcomes } from '../ledger.ts';
import type { SmboState } from './state.ts';

/** `temperatureAt`: of the trial's draw. */
export function growthTold(state: SmboState, temperatureAt: (trial: number) => number): Growth {
  const { first, firstTrials, ledger } = state;
  const asked = new Set(ledger.trials.map(({ key }) => key));
  const last = ledger.trials.length - 1;
  return {
    first: { asked: first.filter(({ key }) => asked.has(key)).length, all: first.length },
    ...(last >= firstTrials && { temperature: temperatureAt(last) }),
    ...frontOf(state),
  };
}

/** The students that none beats in worth and costs, and how many of them made each choice. */
function frontOf({ ledger, catalogue: { problem } }: SmboState): Pick<Growth, 'students' | 'choices' | 'unread'> {
  const told = withOutcomes(problem, ledger.trials);
  const ranks = nondominationRanks(told.map(({ outcome }) => outcomeCorner(outcome)));
  const front = told.filter((_, at) => ranks[at] === 0).map(({ trial }) => trial.candidate);
  const found = new Map<string, GrowthChoice>();
  const unread = new Map<string, number>();
  for (const { family: name, config } of front) {
    const family = familyOf(problem.space, name);
    if (growthOf(family) === undefined) continue;
    for (const input of family.unread?.(config) ?? []) unread.set(input, (unread.get(input) ?? 0) + 1);
    const made = family.dimensions.flatMap(({ name: dimension, title, type }) => {
      const level = config[dimension];
      return type === 'categorical' && level !== undefined ? [{ title: titleOf(title), level: String(level) }] : [];
    });
    // A student that chooses alike in two layers is one student.
    const each = new Map(made.map((choice) => [`${choice.title} ${choice.level}`, choice]));
    for (const [key, choice] of each) found.set(key, { ...choice, students: (found.get(key)?.students ?? 0) + 1 });
  }
  const choices = [...found.values()].sort((a, b) =>
    a.title < b.title ? -1 : a.title > b.title ? 1 : b.students - a.students,
  );
  return {
    students: front.length,
    choices,
    unread: [...unread].map(([input, students]) => ({ name: input, students })),
  };
}

/** The same of every layer. */
const titleOf = (title: string): string => title.replace(/ \d+$/, '');
