/** Simulated pupils against what Bayesian knowledge tracing says of them in closed form. */
import { describe, expect, it } from 'vitest';
import { MEASURES } from '../../src/core/measures.ts';
import { bestChances, simulatePupils, testing } from '../../src/core/simulate/pupils.ts';

const { learningCurve } = testing;

const { pupils, skills } = simulatePupils({ pupils: 3000, skills: 3, answers: 24, seed: 7 });

/** By skill and opportunity, from 1: how many answers there were, and how many were right. */
const counted = skills.map((_, skill) => {
  const counts = Array.from({ length: 6 }, () => ({ right: 0, all: 0 }));
  for (const { answers } of pupils) {
    answers
      .filter(({ values }) => values[0] === String(skill + 1))
      .slice(0, counts.length)
      .forEach(({ isRight }, index) => {
        const count = counts[index];
        if (!count) return;
        count.all += 1;
        if (isRight) count.right += 1;
      });
  }
  return counts;
});

describe('simulated pupils', () => {
  it('are right as often as the learning curve says, skill by skill and opportunity by opportunity', () => {
    // P(G) + (1 - P(S) - P(G)) (1 - (1 - P(L0)) (1 - P(T))^(n - 1)). Catches a skill that is
    // learned before its first answer, and guess and slip that are exchanged.
    skills.forEach((skill, index) => {
      counted[index]?.forEach(({ right, all }, place) => {
        const expected = learningCurve(skill, place + 1);
        const deviation = Math.sqrt((expected * (1 - expected)) / all);
        // 18 looks: 4 deviations are beyond one in a thousand.
        expect(Math.abs(right / all - expected)).toBeLessThan(4 * deviation);
      });
    });
  });

  it('are told best by the model itself, whose chances are what they say', () => {
    // Within a tenth of the chances as many are right: catches a recursion that learns too early,
    // or counts a time for the wrong state.
    const told = pupils.flatMap((pupil) => {
      const chances = bestChances(skills, pupil);
      return pupil.answers.map(({ isRight, values }, index) => ({
        isRight,
        skill: values[0],
        chance: chances[index] ?? 0,
      }));
    });
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const some = told.filter(({ chance }) => Math.floor(10 * chance) === tenth);
      const mean = some.reduce((sum, { chance }) => sum + chance, 0);
      const spread = some.reduce((sum, { chance }) => sum + chance * (1 - chance), 0);
      const right = some.filter(({ isRight }) => isRight).length;
      if (some.length > 0) expect(Math.abs(right - mean)).toBeLessThan(4 * Math.sqrt(spread));
    }
    // Without times it can only be worse: here an average of each skill, which forgets the pupil.
    const area = (chances: readonly number[]): number =>
      MEASURES.auc({
        classes: 2,
        labels: told.map(({ isRight }) => Number(isRight)),
        probabilities: chances.flatMap((chance) => [1 - chance, chance]),
      });
    const bySkill = told.map(({ skill }) => learningCurve(skills[Number(skill) - 1] ?? fail(), 4));
    expect(area(told.map(({ chance }) => chance))).toBeGreaterThan(area(bySkill) + 0.02);
  });

  it('are the same of a seed, and more of them begin with the same ones', () => {
    const order = { pupils: 4, skills: 3, answers: 24, seed: 7 };
    expect(simulatePupils(order).pupils).toEqual(pupils.slice(0, 4));
    expect(simulatePupils({ ...order, seed: 8 }).pupils[0]).not.toEqual(pupils[0]);
  });

  it('have seats that tell nothing', () => {
    const shares = Array.from({ length: 8 }, (_, seat) => {
      const there = pupils.flatMap(({ answers }) => answers.filter(({ values }) => values[2] === String(seat + 1)));
      return there.filter(({ isRight }) => isRight).length / there.length;
    });
    const mean = shares.reduce((sum, share) => sum + share, 0) / 8;
    // 9,000 answers a seat: .005 is a deviation.
    shares.forEach((share) => expect(Math.abs(share - mean)).toBeLessThan(0.02));
  });
});

function fail(): never {
  throw new Error('There is no such skill.');
}
