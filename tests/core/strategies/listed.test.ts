/** Given students are trained as named, no more and no less: a search in disguise would spoil what
 * seeds are there for. */
import { describe, expect, it } from 'vitest';
import { candidateKey } from '../../../src/core/space/candidate-key.ts';
import type { Candidate } from '../../../src/core/space/space.ts';
import { listStudents } from '../../../src/core/strategies/listed.ts';
import { openStrategy } from '../../../src/core/strategies/registry.ts';
import { referenceMembers } from '../../../src/core/strategies/initial.ts';
import { createCatalogue } from '../../../src/core/strategies/catalogue.ts';
import { evaluate, familiesProblem } from '../../contract/strategy-problems.ts';

const problem = familiesProblem({ budget: 100 });
const members = createCatalogue(problem, 1).families.flatMap((family) => family.members.slice(0, 1));
const students = members.map(({ candidate }) => candidate);
const open = (seeds: number, given: readonly Candidate[] = students, budget = 100) =>
  openStrategy('listed', { problem: { ...problem, budget }, seed: 7, options: { seeds }, students: given });

describe('given students', () => {
  it('come in rounds, each as often as it has seeds and with another one each time, and then no more', () => {
    const player = open(2);
    const event = player.ask(50);
    expect(event.proposals.map(({ candidate }) => candidateKey(candidate))).toEqual(
      [...members, ...members].map(({ key }) => key),
    );
    expect(new Set(event.proposals.map(({ seed }) => seed)).size).toBe(2 * members.length);
    player.fold(event);
    expect(player.ask(1).proposals).toEqual([]);
  });

  it('go on where a log ends, whatever became of its trials', () => {
    const whole = open(3).ask(9).proposals;
    const player = open(3);
    for (let trial = 0; trial < 5; trial++) {
      const event = player.ask(1);
      player.fold(event);
      const metrics = evaluate(problem.space, event.proposals[0]!.candidate);
      player.fold(trial === 2 ? { type: 'failed', trial, reason: 'no' } : { type: 'told', trial, metrics });
    }
    expect(player.ask(50).proposals).toEqual(whole.slice(5));
  });

  it('stay within the budget', () => {
    expect(open(3, students, 4).ask(50).proposals).toHaveLength(4);
  });

  it('are refused where they are none of the space, break a limit or are named twice, by their place', () => {
    const { space } = problem;
    const [first, second] = [students[0]!, students[1]!];
    const list =
      (given: readonly Candidate[], max = Infinity) =>
      () =>
        listStudents(space, [{ metric: 'params', max }], given);
    expect(list([first, { family: 'nobody', config: {} }])).toThrow('There is no family "nobody"');
    expect(list([first, { family: second.family, config: { ...second.config, extra: 1 } }])).toThrow(
      'students.1.config.extra',
    );
    expect(list([first, second, first])).toThrow('students.2: it is the same student as students.0');
    expect(list([first], 0)).toThrow('students.0: it has more than 0 params');
  });

  it('are wanted by what trains them and refused by every search, which chooses its own', () => {
    expect(() => open(1, [])).toThrow('name the students');
    expect(() => openStrategy('random', { problem, seed: 1, options: {}, students })).toThrow('chooses its own');
  });

  it('are not joined by reference students', () => {
    const references = referenceMembers(createCatalogue(problem, 1), {}).map(({ key }) => key);
    expect(references.length).toBeGreaterThan(0);
    expect(open(1).ask(50).proposals).toHaveLength(students.length);
  });
});
