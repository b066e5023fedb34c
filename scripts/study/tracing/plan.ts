/**
 * What the study of knowledge tracing plays, by the product's own command line.
 *
 * set           pupils                              a unit         what is known of an answer
 * simulated     of a model (core/simulate)          a seed         skill, time, seat, answer
 * assist2009    ASSISTments 2009-2010, as AKT cut   a fold, 1-5    skill, problem, answer
 *
 * Of each unit: students of the family `fusion` are searched for by SMBO; the best by validation
 * accuracy is trained anew for longer, beside the plain backbone, which reads skill and answer
 * alone, and, of simulated pupils, beside backbones over one modality each.
 */
import type { SearchInput } from '../../../src/bridge/schemas/records.ts';
import type { Candidate } from '../../../src/core/space/space.ts';

export const SETS = ['simulated', 'assist2009'] as const;
export type SetName = (typeof SETS)[number];

/** Of a search, and of the trainings after it. */
interface Effort {
  readonly trials: number;
  readonly searchEpochs: number;
  readonly epochs: number;
  /** Answers that a search learns from; absent: all. */
  readonly searchAnswers?: number;
}

/** Set after a look at simulated seed 1, which the study therefore leaves out; a change here is
 * another study. */
export const FIXED: Readonly<Record<SetName, Effort>> = {
  simulated: { trials: 24, searchEpochs: 8, epochs: 24 },
  assist2009: { trials: 16, searchEpochs: 2, epochs: 4, searchAnswers: 40_000 },
};
/** Trainings of each student that is compared, whose mean is told. */
const SEEDS = 3;
export const PUPILS = { pupils: 400, skills: 5, answers: 40, steps: 16 } as const;
/** Of the simulated pupils' modalities, the one that tells nothing. */
export const NOISE = 'seat';
export const MODALITIES = ['skill', 'time', NOISE, 'correct'] as const;

export interface Order {
  readonly id: string;
  readonly set: SetName;
  /** Seed or fold. */
  readonly unit: number;
}

/** Simulated seeds begin at 2, folds at 1. */
export function ordersOf(set: SetName, units: number): readonly Order[] {
  const first = set === 'simulated' ? 2 : 1;
  return Array.from({ length: units }, (_, index) => ({ id: `${set}/${first + index}`, set, unit: first + index }));
}

/** Skill and answer side by side, and nothing else: the backbone of DKT. */
export const PLAIN: Candidate = {
  family: 'fusion',
  config: { layers: 1, inputs1: 'skill+correct', op1: 'concat', act1: 'relu' },
};
/** Over one modality there is nothing to choose. */
export const ALONE: Candidate = { family: 'fusion', config: {} };

type Named = SearchInput & { readonly name: string };

export function searchOf({ id, set, unit }: Order, dataset: string): Named {
  const { trials, searchEpochs, searchAnswers } = FIXED[set];
  return {
    ...{ name: `tracing ${id} search`, dataset, families: ['fusion'], seed: unit, slots: 1, space: 'compact' },
    ...{ strategy: { id: 'smbo' }, objectives: ['accuracy'], budget: { trials } },
    recipe: { epochs: searchEpochs, distillation: { loss: 'none' } },
    ...(searchAnswers !== undefined && { trainImages: searchAnswers }),
  };
}

/** `what`: of the students, for the run's name. */
export function trainingsOf(
  { id, set, unit }: Order,
  dataset: string,
  what: string,
  students: readonly Candidate[],
): Named {
  return {
    ...{ name: `tracing ${id} ${what}`, dataset, students: [...students], seed: unit, slots: 1, space: 'compact' },
    ...{ strategy: { id: 'listed', options: { seeds: SEEDS } }, objectives: ['accuracy'] },
    recipe: { epochs: FIXED[set].epochs, distillation: { loss: 'none' } },
  };
}
