/**
 * Weights that a student begins with where others have learned them.
 *
 * A child that only grew computes what its parent computes:
 * - more filters or units: net2wider (Chen, Goodfellow and Shlens 2016), see `channels.ts`;
 * - more blocks that end in an addition: they begin as nothing (Goyal et al. 2017), see `match.ts`;
 * - larger windows, more heads or wider ones: see `carry.ts`.
 *
 * What cannot be kept: blocks without an addition around them (a stage that was not there,
 * ShuffleNet's units) and squeeze-and-excitation that was not there begin as the child's own seed
 * draws them, as do windows of another stride (patches) and the classifier of other classes.
 * Widths of tokens or of ConvNeXt's stages that are no multiple of the parent's come close: layer
 * norm's mean is over copies that are not equally many. As many channels in other heads, other
 * activations and fewer channels or blocks take over what they can.
 */
import type { ArchitectureGraph } from '../../../core/arch/graph.ts';
import { createRng, split } from '../../../core/math/rng.ts';
import type { HostWeights } from '../../model/parameters.ts';
import { carryLayer } from './carry.ts';
import type { Carried } from './carry.ts';
import { matchGraphs } from './match.ts';
import type { Match } from './match.ts';

export interface Parent {
  readonly graph: ArchitectureGraph;
  /** By full names, as its graph has them. */
  readonly weights: HostWeights;
}

export interface Child {
  readonly graph: ArchitectureGraph;
  /** As its own seed draws them; a criterion's stay. */
  readonly fresh: HostWeights;
}

/** Of what more than one parent has, the first one's counts. `seed`: of the shares of copies. */
export function inherit(child: Child, parents: readonly Parent[], seed: number): HostWeights {
  return parents.reduceRight(
    (fresh, parent, index) => inheritOf({ ...child, fresh }, parent, split(seed, index)),
    child.fresh,
  );
}

function inheritOf({ graph, fresh }: Child, parent: Parent, seed: number): HostWeights {
  const match = matchGraphs(graph, parent.graph);
  const weights = new Map(fresh);
  for (const carried of carriedOf(match, { weights, parent, seed })) carryLayer(carried);
  for (const id of match.silent) {
    for (const name of ['gamma', 'beta', 'kernel', 'bias', 'outKernel', 'outBias']) {
      const own = weights.get(`${id}/${name}`);
      if (own !== undefined) weights.set(`${id}/${name}`, new Float32Array(own.length));
    }
  }
  return weights;
}

/** What is put is written into `weights`. */
export function carriedOf(
  { twins }: Match,
  { weights, parent, seed }: { weights: Map<string, Float32Array>; parent: Parent; seed: number },
): readonly Carried[] {
  return twins.map((twin, index) => {
    const nameOf = (name: string): string => `${twin.layer.id}/${name}`;
    return {
      twin,
      read: (name) => found(parent.weights.get(nameOf(name)), nameOf(name)),
      fresh: (name) => found(weights.get(nameOf(name)), nameOf(name)),
      rng: createRng(split(seed, index)),
      put: (name, values) => void weights.set(nameOf(name), values),
    };
  });
}

function found<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`There is no weight "${name}"`);
  return value;
}
