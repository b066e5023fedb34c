/** What a one-shot search is given, and what it goes on from. */
import type { SupernetEdge } from '../../core/arch/supernet.ts';
import type { MixingSpace, OneShotMethod } from '../../core/one-shot/method.ts';
import type { HostWeights } from '../model/parameters.ts';
import type { PassTask } from '../training/pass.ts';
import type { MixingState } from './mixing.ts';

/** Its recipe counts the search's own epochs. */
export interface SearchTask extends PassTask {
  readonly edges: readonly SupernetEdge[];
  readonly method: OneShotMethod;
  /** Of students that are picked; absent: none. */
  readonly limits?: MixingSpace['limits'];
  readonly start?: SearchState;
}

/** What a search goes on from, after an epoch. */
export interface SearchState {
  readonly epoch: number;
  readonly weights: HostWeights;
  /** The optimiser's vectors by name, `[params]`. */
  readonly optimizer: HostWeights;
  readonly mixing: MixingState;
}
