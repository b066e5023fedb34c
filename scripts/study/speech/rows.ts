/** What is kept of an arm on a fold: a line each. */
import type { Origin } from '../../../benchmarks/search/records.ts';
import type { Candidate } from '../../../src/core/space/space.ts';
import { listOf, recordOf } from '../by-product.ts';
import type { Judgement } from './judge.ts';
import type { Order } from './plan.ts';

export interface SpeechRow extends Order, Judgement {
  /** Of each training that the arm is judged by; its own `uar` and `accuracy` are their means. */
  readonly trainings: readonly (Judgement & Omit<ShownStudent, 'id'>)[];
  /** Mean. */
  readonly params: number;
  readonly origin: Origin;
}

export interface ShownStudent {
  /** Of its trial. */
  readonly id: string;
  readonly student: Candidate;
  readonly params: number;
  readonly validationAccuracy: number;
}

/** Of what `trade show RUN --json` says: those that were trained. */
export function trainedIn(shown: unknown): readonly ShownStudent[] {
  return listOf(recordOf(recordOf(shown)['run']), 'trials').flatMap((trial): readonly ShownStudent[] => {
    const { id, family, config, params, accuracy } = trial;
    if (typeof accuracy !== 'number' || typeof id !== 'string') return [];
    // Sound: levels by dimension, as the command line writes them.
    const student = { family: String(family), config: config as Candidate['config'] };
    return [{ id, student, params: Number(params), validationAccuracy: accuracy }];
  });
}

/** The best on the validation speakers; of equal ones the smallest. */
export function bestOf(trained: readonly ShownStudent[]): ShownStudent | undefined {
  return [...trained].sort((a, b) => b.validationAccuracy - a.validationAccuracy || a.params - b.params)[0];
}
