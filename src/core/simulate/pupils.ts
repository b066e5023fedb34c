/**
 * Simulated pupils: Bayesian knowledge tracing (Corbett and Anderson 1995), of which all is known.
 *
 * | symbol | meaning | a skill's own, drawn from |
 * | --- | --- | --- |
 * | P(L0) | the skill is known before its first answer | [.1, .5] |
 * | P(T) | it is learned after an answer where it was not known | [.05, .3] |
 * | P(G) | right, though it is not known | [.1, .3] |
 * | P(S) | wrong, though it is known | [.05, .2] |
 *
 * With each answer comes the time that it took, shorter where the skill is known, and a seat, which
 * is drawn by chance and tells nothing.
 */
import { createRng, split } from '../math/rng.ts';
import type { Rng } from '../math/rng.ts';
import type { Answer, AnswerLog, Pupil } from '../sequences/answers.ts';

export interface SimulatedPupils {
  readonly pupils: number;
  readonly skills: number;
  /** Of each pupil. */
  readonly answers: number;
  readonly seed: number;
}

export interface Skill {
  readonly known: number;
  readonly learn: number;
  readonly guess: number;
  readonly slip: number;
}

/** Natural logarithm of seconds: normal, by whether the skill is known. */
const TIME = { known: 2, unknown: 2.6, deviation: 0.6 } as const;
const SEATS = 8;

const COLUMNS: AnswerLog['columns'] = [
  { name: 'skill', title: 'Skill', isKnown: true, type: 'text' },
  { name: 'time', title: 'Time of the answer', isKnown: false, type: 'any' },
  { name: 'seat', title: 'Seat', isKnown: true, type: 'text' },
];
const [SKILL, TIMES] = [0, 1] as const;

/** Skills and pupils each have a seed of their own: more pupils are the same ones and others. */
export function simulatePupils(order: SimulatedPupils): AnswerLog & { readonly skills: readonly Skill[] } {
  const skills = Array.from({ length: order.skills }, (_, skill) => drawSkill(createRng(split(order.seed, 2 * skill))));
  const pupils = Array.from({ length: order.pupils }, (_, pupil): Pupil => {
    const rng = createRng(split(order.seed, 2 * pupil + 1));
    return { name: `pupil ${pupil + 1}`, answers: answersOf(skills, order.answers, rng) };
  });
  return { columns: COLUMNS, pupils, warnings: [], skills };
}

function drawSkill(rng: Rng): Skill {
  const between = (least: number, most: number): number => least + (most - least) * rng.uniform();
  return { known: between(0.1, 0.5), learn: between(0.05, 0.3), guess: between(0.1, 0.3), slip: between(0.05, 0.2) };
}

function answersOf(skills: readonly Skill[], count: number, rng: Rng): readonly Answer[] {
  const isKnown = skills.map(({ known }) => rng.uniform() < known);
  return Array.from({ length: count }, (): Answer => {
    const place = rng.int(skills.length);
    const skill = skills[place];
    const knows = isKnown[place] ?? false;
    if (!skill) throw new Error('A skill is drawn among those there are');
    const isRight = rng.uniform() < (knows ? 1 - skill.slip : skill.guess);
    const seconds = Math.exp((knows ? TIME.known : TIME.unknown) + TIME.deviation * rng.normal());
    const seat = 1 + rng.int(SEATS);
    if (!knows && rng.uniform() < skill.learn) isKnown[place] = true;
    return { isRight, values: [String(place + 1), seconds.toFixed(2), String(seat)] };
  });
}

/** Chance that the answer at an opportunity of a skill, from 1, is right, where nothing is known of
 * those before it. */
const learningCurve = ({ known, learn, guess, slip }: Skill, opportunity: number): number =>
  guess + (1 - slip - guess) * (1 - (1 - known) * (1 - learn) ** (opportunity - 1));

/**
 * Chance that each answer of a pupil is right, given all answers and times before it and the
 * skills' own numbers: the forward recursion of the model. Nobody can tell them better: to rank by
 * it has the highest expected area under the ROC curve (Neyman and Pearson).
 */
export function bestChances(skills: readonly Skill[], { answers }: Pupil): Float64Array {
  const believed = skills.map(({ known }) => known);
  return Float64Array.from(answers, ({ isRight, values }) => {
    const place = Number(values[SKILL]) - 1;
    const [skill, prior] = [skills[place], believed[place]];
    if (!skill || prior === undefined) throw new Error('Answers are of simulated skills');
    const chance = prior * (1 - skill.slip) + (1 - prior) * skill.guess;
    const [ofKnown, ofUnknown] = isRight ? [1 - skill.slip, skill.guess] : [skill.slip, 1 - skill.guess];
    const log = Math.log(Number(values[TIMES]));
    const fits = (mean: number): number => Math.exp(-((log - mean) ** 2) / (2 * TIME.deviation ** 2));
    const known = prior * ofKnown * fits(TIME.known);
    const posterior = known / (known + (1 - prior) * ofUnknown * fits(TIME.unknown));
    believed[place] = posterior + (1 - posterior) * skill.learn;
    return chance;
  });
}

export const testing = { learningCurve };
