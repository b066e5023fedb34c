/** What a one-shot search is given, and what it goes on from. */
import type { SupernetEdge } from '../../core/arch/supernet.ts';
import type { MixingSpace, OneShotMethod } from '../../core/one-shot/method.ts';
import type { Model } from '../model/model.ts';
import type { HostWeights } from '../model/parameters.ts';
import type { PassTask } from '../training/pass.ts';
import type { MixingState } from './mixing.ts';

/** All students of a family in one. */
export interface SearchNetwork {
  readonly model: Model;
  /** The same in all stages, but for the layers that end their paths. */
  readonly edges: readonly SupernetEdge[];
}

/** Its recipe counts the search's own epochs. */
export interface SearchTask extends Omit<PassTask, 'model'> {
  /** Of each stage of the method. */
  readonly networks: readonly SearchNetwork[];
  /** Of the method. */
  readonly name: string;
  readonly method: OneShotMethod;
  /** Of students that are picked; absent: none. */
  readonly limits?: MixingSpace['limits'];
  readonly start?: SearchState;
}

/** Of a stage. Throws where the method has more of them than there are networks. */
export function networkOf({ networks }: Pick<SearchTask, 'networks'>, stage: number): SearchNetwork {
  const network = networks[stage];
  if (network === undefined) throw new Error(`The search has no network for its stage ${stage + 1}`);
  return network;
}

/** What a search goes on from, after an epoch: of the stage that this epoch belongs to. */
export interface SearchState {
  readonly epoch: number;
  readonly weights: HostWeights;
  /** The optimiser's vectors by name, `[params]`. */
  readonly optimizer: HostWeights;
  readonly mixing: MixingState;
}
