/**
 * The variational autoencoder of arch2vec (Yan et al., "Does Unsupervised Architecture
 * Representation Learning Help Neural Architecture Search?", NeurIPS 2020, section 3), on cells of
 * NAS-Bench-201, with the settings of the authors' program for them.
 *
 * | symbol | meaning                                                           | shape        |
 * | B      | cells of a batch                                                  |              |
 * | X      | a cell's nodes: input, the op of each edge, output, one-hot       | `[8][B][7]`  |
 * | A      | which node reads which; the same in all cells, both ways          | `[8][8]`     |
 * | h      | of a layer of the graph isomorphism network: MLP((1 + ε) h + A h) | `[8][B][c]`  |
 * | μ, s   | mean and log deviation of a node's place                          | `[8][B][16]` |
 * | z      | μ + exp(s) N(0, I) in training, else μ                            | `[8][B][16]` |
 *
 * A cell's embedding is the mean of μ over its nodes, `[16]`. Nodes are decoded by sigmoid(W z +
 * b), the adjacency by sigmoid(z zᵀ) above the diagonal. The loss is both mean cross-entropies and
 * the divergence from N(0, I), which the program divides by the nodes of a batch.
 */
import * as tf from '@tensorflow/tfjs-core';
import { CELL_EDGES, CELL_OPS, LAST_NODE } from '../../src/core/arch/families/cells/code.ts';
import type { CellCode } from '../../src/core/arch/families/cells/code.ts';
import { createRng, split } from '../../src/core/math/rng.ts';
import type { Rng } from '../../src/core/math/rng.ts';

export const VAE = Object.freeze({
  /** "Hops" of the program: layers of the network, and one more. */
  layers: 4,
  hidden: 128,
  latent: 16,
  dropout: 0.3,
  batch: 32,
  learningRate: 1e-3,
  beta1: 0.9,
  beta2: 0.999,
  /** Of the gradient's norm. */
  clip: 5,
  /** Share of a batch's statistics in those that are kept; added to variances. PyTorch's. */
  momentum: 0.1,
  epsilon: 1e-5,
});

const KINDS = ['input', ...CELL_OPS, 'output'] as const;
export const NODES = CELL_EDGES.length + 2;

/** Above the diagonal, `[8][8]`: node 0 is the input, node e + 1 the op of edge e. */
export const ADJACENCY: readonly (readonly number[])[] = Array.from({ length: NODES }, (_, from) =>
  Array.from({ length: NODES }, (_, to) => (leads(from, to) ? 1 : 0)),
);

function leads(from: number, to: number): boolean {
  const ends = from === 0 ? 0 : CELL_EDGES[from - 1]?.to;
  const begins = to === NODES - 1 ? LAST_NODE : CELL_EDGES[to - 1]?.from;
  return from < to && ends === begins;
}

/** Place in `KINDS` of each node, `[8]`. */
export const nodesOf = (code: CellCode): readonly number[] => [
  0,
  ...code.map((op) => KINDS.indexOf(op)),
  KINDS.length - 1,
];

/** Learned weights by name, and the statistics of norms that training leaves. */
export interface Vae {
  readonly weights: ReadonlyMap<string, tf.Variable>;
  readonly statistics: ReadonlyMap<string, tf.Variable>;
}

/** Uniform within 1/√inputs, as PyTorch begins linear layers. */
export function createVae(seed: number): Vae {
  const rng = createRng(split(seed, 0x76616531));
  const weights = new Map<string, tf.Variable>();
  const statistics = new Map<string, tf.Variable>();
  const linear = (name: string, inputs: number, outputs: number): void => {
    const draw = (): number => (2 * rng.uniform() - 1) / Math.sqrt(inputs);
    const matrix = Float32Array.from({ length: inputs * outputs }, draw);
    weights.set(`${name}.matrix`, tf.variable(tf.tensor2d(matrix, [inputs, outputs])));
    weights.set(`${name}.bias`, tf.variable(tf.tensor1d(Float32Array.from({ length: outputs }, draw))));
  };
  const norm = (name: string): void => {
    weights.set(`${name}.scale`, tf.variable(tf.ones([VAE.hidden])));
    weights.set(`${name}.shift`, tf.variable(tf.zeros([VAE.hidden])));
    statistics.set(`${name}.mean`, tf.variable(tf.zeros([VAE.hidden]), false));
    statistics.set(`${name}.variance`, tf.variable(tf.ones([VAE.hidden]), false));
  };
  for (let layer = 0; layer < VAE.layers; layer += 1) {
    weights.set(`${layer}.eps`, tf.variable(tf.scalar(0)));
    linear(`${layer}.first`, layer === 0 ? KINDS.length : VAE.hidden, VAE.hidden);
    norm(`${layer}.inner`);
    linear(`${layer}.second`, VAE.hidden, VAE.hidden);
    norm(`${layer}.outer`);
  }
  linear('mean', VAE.hidden, VAE.latent);
  linear('deviation', VAE.hidden, VAE.latent);
  linear('ops', VAE.latent, KINDS.length);
  return { weights, statistics };
}

/** What a pass in training leaves for the kept statistics. */
type Seen = Map<string, { readonly mean: tf.Tensor; readonly variance: tf.Tensor }>;

function encode(vae: Vae, codes: readonly CellCode[], seen?: Seen): { mean: tf.Tensor; deviation: tf.Tensor } {
  const adjacency = tf.add(above(), tf.transpose(above()));
  const places = codes.map(nodesOf);
  const flat = Array.from({ length: NODES }, (_, node) => places.map((kinds) => kinds[node] ?? 0)).flat();
  let x: tf.Tensor = tf.cast(tf.oneHot(tf.tensor1d(flat, 'int32'), KINDS.length), 'float32');
  for (let layer = 0; layer < VAE.layers; layer += 1) {
    const read = tf.matMul(adjacency, tf.reshape(x, [NODES, -1]));
    const own = tf.mul(tf.add(1, weightOf(vae, `${layer}.eps`)), x);
    const sum = tf.add(own, tf.reshape(read, x.shape));
    const inner = tf.relu(normalise(vae, `${layer}.inner`, applyLinear(vae, `${layer}.first`, sum), seen));
    x = tf.relu(normalise(vae, `${layer}.outer`, applyLinear(vae, `${layer}.second`, inner), seen));
  }
  return { mean: applyLinear(vae, 'mean', x), deviation: applyLinear(vae, 'deviation', x) };
}

const above = (): tf.Tensor2D => tf.tensor2d(ADJACENCY.flat(), [NODES, NODES]);

function weightOf({ weights, statistics }: Vae, name: string): tf.Tensor {
  const found = weights.get(name) ?? statistics.get(name);
  if (found === undefined) throw new Error(`The encoder has no ${name}`);
  return found;
}

const applyLinear = (vae: Vae, name: string, x: tf.Tensor): tf.Tensor =>
  tf.add(tf.matMul(x, weightOf(vae, `${name}.matrix`)), weightOf(vae, `${name}.bias`));

function normalise(vae: Vae, name: string, x: tf.Tensor, seen: Seen | undefined): tf.Tensor {
  const { mean, variance } = seen
    ? tf.moments(x, 0)
    : { mean: weightOf(vae, `${name}.mean`), variance: weightOf(vae, `${name}.variance`) };
  const rows = x.shape[0] ?? 1;
  if (seen) {
    const unbiased = tf.mul(variance, rows / (rows - 1));
    seen.set(name, { mean: tf.keep(mean.clone()), variance: tf.keep(unbiased) });
  }
  const scaled = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, VAE.epsilon)));
  return tf.add(tf.mul(scaled, weightOf(vae, `${name}.scale`)), weightOf(vae, `${name}.shift`));
}

/** Logits of nodes `[8B][7]` and of the adjacency `[B][8][8]`. */
function decode(vae: Vae, z: tf.Tensor): { ops: tf.Tensor; adjacency: tf.Tensor } {
  const cells = tf.transpose(tf.reshape(z, [NODES, -1, VAE.latent]), [1, 0, 2]);
  return { ops: applyLinear(vae, 'ops', z), adjacency: tf.matMul(cells, cells, false, true) };
}

/** Of each entry, from its logit. */
const crossEntropy = (logits: tf.Tensor, target: tf.Tensor): tf.Tensor =>
  tf.add(tf.sub(tf.relu(logits), tf.mul(logits, target)), tf.log(tf.add(1, tf.exp(tf.neg(tf.abs(logits))))));

/** The program takes the mean over all 64 entries of the adjacency, those below the diagonal being
 * 0 and known. */
export function vaeLoss(vae: Vae, codes: readonly CellCode[], rng: Rng, seen: Seen): tf.Scalar {
  const { mean, deviation } = encode(vae, codes, seen);
  const rows = codes.length * NODES;
  const drawn = (draw: () => number): tf.Tensor =>
    tf.tensor2d(Float32Array.from({ length: rows * VAE.latent }, draw), [rows, VAE.latent]);
  const z = tf.add(mean, tf.mul(tf.exp(deviation), drawn(rng.normal)));
  const kept = drawn(() => (rng.uniform() < VAE.dropout ? 0 : 1 / (1 - VAE.dropout)));
  const decoded = decode(vae, tf.mul(z, kept));
  const kinds = Array.from({ length: NODES }, (_, node) => codes.map((code) => nodesOf(code)[node] ?? 0)).flat();
  const target = tf.cast(tf.oneHot(tf.tensor1d(kinds, 'int32'), KINDS.length), 'float32');
  const ofOps = tf.mean(crossEntropy(decoded.ops, target));
  const upper = tf.tensor2d(
    ADJACENCY.flatMap((row, from) => row.map((_, to) => (to > from ? 1 : 0))),
    [NODES, NODES],
  );
  const ofEdges = tf.mean(tf.mul(crossEntropy(decoded.adjacency, above()), upper));
  const inside = tf.sub(tf.add(1, tf.mul(2, deviation)), tf.add(tf.square(mean), tf.exp(tf.mul(2, deviation))));
  const divergence = tf.mul(-0.5 / rows, tf.mean(tf.sum(inside, 1)));
  return tf.reshape(tf.add(tf.add(ofOps, ofEdges), divergence), []);
}

/** One step of Adam on a batch; gives its loss. */
export function trainBatch(vae: Vae, optimizer: tf.Optimizer, codes: readonly CellCode[], rng: Rng): number {
  const seen: Seen = new Map();
  const list = [...vae.weights.values()];
  const { value, grads } = tf.variableGrads(() => vaeLoss(vae, codes, rng, seen), list);
  tf.tidy(() => {
    const norm = tf.sqrt(tf.addN(Object.values(grads).map((slope) => tf.sum(tf.square(slope)))));
    const scale = tf.minimum(1, tf.div(VAE.clip, tf.add(norm, 1e-6)));
    optimizer.applyGradients(Object.entries(grads).map(([name, slope]) => ({ name, tensor: tf.mul(slope, scale) })));
    for (const [name, { mean, variance }] of seen) {
      keepSome(vae, `${name}.mean`, mean);
      keepSome(vae, `${name}.variance`, variance);
    }
  });
  const loss = value.dataSync()[0] ?? NaN;
  tf.dispose([value, grads]);
  for (const { mean, variance } of seen.values()) tf.dispose([mean, variance]);
  return loss;
}

function keepSome({ statistics }: Vae, name: string, now: tf.Tensor): void {
  const kept = statistics.get(name);
  kept?.assign(tf.add(tf.mul(kept, 1 - VAE.momentum), tf.mul(now, VAE.momentum)));
}

/** Embeddings of cells, `[codes][16]`. */
export function embed(vae: Vae, codes: readonly CellCode[]): Float32Array {
  const means = tf.tidy(() => tf.mean(tf.reshape(encode(vae, codes).mean, [NODES, codes.length, VAE.latent]), 0));
  const values = Float32Array.from(means.dataSync());
  means.dispose();
  return values;
}

/** Shares of nodes and of pairs of nodes that come back right from where the encoder puts them. */
export function reconstructed(vae: Vae, codes: readonly CellCode[]): { readonly ops: number; readonly edges: number } {
  const { ops, adjacency } = tf.tidy(() => {
    const decoded = decode(vae, encode(vae, codes).mean);
    return { ops: tf.argMax(decoded.ops, 1), adjacency: decoded.adjacency };
  });
  const [chosen, logits] = [ops.dataSync(), adjacency.dataSync()];
  tf.dispose([ops, adjacency]);
  let [right, edges, pairs] = [0, 0, 0];
  for (const [cell, code] of codes.entries()) {
    for (const [node, kind] of nodesOf(code).entries()) right += chosen[node * codes.length + cell] === kind ? 1 : 0;
    for (let from = 0; from < NODES; from += 1) {
      for (let to = from + 1; to < NODES; to += 1, pairs += 1) {
        const isThere = (logits[(cell * NODES + from) * NODES + to] ?? 0) > 0;
        edges += isThere === (ADJACENCY[from]?.[to] === 1) ? 1 : 0;
      }
    }
  }
  return { ops: right / (codes.length * NODES), edges: edges / pairs };
}
