/** Epochs of the autoencoder, each kept when it is over, so that a stop loses one at most. */
import * as tf from '@tensorflow/tfjs-core';
import type { CellCode } from '../../src/core/arch/families/cells/code.ts';
import { createRng, split } from '../../src/core/math/rng.ts';
import { trainBatch, VAE } from './graph-vae.ts';
import type { Vae } from './graph-vae.ts';

export interface EpochOptions {
  readonly epochs: number;
  readonly seed: number;
  /** What `write` has written last. */
  readonly read: () => string | undefined;
  readonly write: (state: string) => void;
  readonly ended: (epoch: number, loss: number) => void;
}

/** What training goes on from. */
interface State {
  readonly seed: number;
  readonly epoch: number;
  readonly weights: Readonly<Record<string, string>>;
  readonly optimizer: readonly Moment[];
}

interface Moment {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: string;
}

/** Batches come in the given order in each epoch, as in the authors' program. */
export async function trainEpochs(vae: Vae, codes: readonly CellCode[], options: EpochOptions): Promise<void> {
  const { epochs, seed, read, write, ended } = options;
  const optimizer = tf.train.adam(VAE.learningRate, VAE.beta1, VAE.beta2, 1e-8);
  const text = read();
  const state = text === undefined ? undefined : (JSON.parse(text) as State); // our own, of `stateOf`
  if (state?.seed === seed) await restore(vae, optimizer, state);
  const first = state?.seed === seed ? state.epoch : 0;
  for (let epoch = first; epoch < epochs; epoch += 1) {
    let sum = 0;
    for (let at = 0, step = 0; at < codes.length; at += VAE.batch, step += 1) {
      const rng = createRng(split(split(seed, epoch), step));
      const batch = codes.slice(at, at + VAE.batch);
      sum += trainBatch(vae, optimizer, batch, rng) * batch.length;
    }
    write(JSON.stringify(await stateOf(vae, optimizer, { seed, epoch: epoch + 1 })));
    ended(epoch + 1, sum / codes.length);
  }
}

const textOf = (tensor: tf.Tensor): string =>
  Buffer.from(Float32Array.from(tensor.dataSync()).buffer).toString('base64');

const valuesOf = (text: string): Float32Array => new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);

const everything = ({ weights, statistics }: Vae): readonly (readonly [string, tf.Variable])[] => [
  ...weights,
  ...statistics,
];

async function stateOf(vae: Vae, optimizer: tf.AdamOptimizer, place: Pick<State, 'seed' | 'epoch'>): Promise<State> {
  const moments = await optimizer.getWeights();
  return {
    ...place,
    weights: Object.fromEntries(everything(vae).map(([name, variable]) => [name, textOf(variable)])),
    optimizer: moments.map(({ name, tensor }) => ({ name, shape: tensor.shape, values: textOf(tensor) })),
  };
}

async function restore(vae: Vae, optimizer: tf.AdamOptimizer, { weights, optimizer: moments }: State): Promise<void> {
  for (const [name, variable] of everything(vae)) {
    variable.assign(tf.tensor(valuesOf(weights[name] ?? ''), variable.shape));
  }
  await optimizer.setWeights(
    moments.map(({ name, shape, values }) => ({ name, tensor: tf.tensor(valuesOf(values), [...shape]) })),
  );
}
