/** The graph autoencoder that the shipped embedding comes from: the graph of the source, a loss of
 * closed form, learning, and going on as if it had never stopped. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { CODES, embeddingText } from '../../scripts/embedding/embedding-file.ts';
import {
  ADJACENCY,
  createVae,
  embed,
  nodesOf,
  reconstructed,
  trainBatch,
  VAE,
} from '../../scripts/embedding/graph-vae.ts';
import { trainEpochs } from '../../scripts/embedding/train.ts';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { createRng } from '../../src/core/math/rng.ts';

process.env['TF_NUM_INTRAOP_THREADS'] = '1';
beforeAll(async () => void (await loadBackend()));

const some = createRng(5).shuffle(CODES).slice(0, 96);

describe('the graph of a cell', () => {
  it('is that of the authors: edges become nodes, which read those that end where they begin', () => {
    // preprocessing/nasbench201_json.py of the authors' program.
    expect(ADJACENCY.map((row) => row.join(''))).toEqual([
      '01101000',
      '00010100',
      '00000010',
      '00000010',
      '00000001',
      '00000001',
      '00000001',
      '00000000',
    ]);
  });

  it('has an input, six ops and an output; all codes are there once, the last edge turning fastest', () => {
    expect(nodesOf(['none', 'skip', 'pool3x3', 'conv1x1', 'conv3x3', 'none'])).toEqual([0, 1, 2, 3, 4, 5, 1, 6]);
    expect(new Set(CODES.map((code) => code.join())).size).toBe(5 ** 6);
    expect(CODES[1]).toEqual(['none', 'none', 'none', 'none', 'none', 'skip']);
  });
});

describe('the autoencoder', () => {
  it('learns: after a few passes over cells their nodes come back', () => {
    const vae = createVae(1);
    const optimizer = tf.train.adam(VAE.learningRate);
    const before = reconstructed(vae, some);
    const losses = Array.from({ length: 40 }, (_, pass) => trainBatch(vae, optimizer, some, createRng(pass)));
    const after = reconstructed(vae, some);
    expect(losses.at(-1)).toBeLessThan(0.8 * (losses[0] ?? NaN));
    expect(after.edges).toBeGreaterThan(before.edges);
  });

  it('does not tell cells apart by their order in a batch', () => {
    const vae = createVae(2);
    const [there, back] = [embed(vae, some), embed(vae, some.toReversed())];
    expect(back[15]).toBeCloseTo(there.at(-1) ?? NaN, 5);
    expect(there).toHaveLength(16 * some.length);
  });

  it('goes on after an epoch as if it had never stopped, bit for bit', async () => {
    const options = { seed: 8, ended: () => undefined };
    const whole = createVae(8);
    await trainEpochs(whole, some, { ...options, epochs: 2, read: () => undefined, write: () => undefined });
    let state: string | undefined;
    const write = (text: string): void => void (state = text);
    await trainEpochs(createVae(8), some, { ...options, epochs: 1, read: () => undefined, write });
    const resumed = createVae(8);
    await trainEpochs(resumed, some, { ...options, epochs: 2, read: () => state, write });
    expect(embed(resumed, some)).toEqual(embed(whole, some));
  });

  it('is written with its figures and the hashes of what it holds', () => {
    const values = new Float32Array(16 * CODES.length).fill(0.5);
    const figures = { seed: 1, epochs: 2, heldOut: { codes: 3, ops: 0.99, edges: 1 } };
    const written = JSON.parse(embeddingText(values, figures)) as Readonly<Record<string, unknown>>; // our own
    expect(written).toMatchObject({ ...figures, length: 16, codes: 15_625 });
    expect(Buffer.from(String(written['values']), 'base64').readUInt16LE(40)).toBe(0x3800);
  });
});
