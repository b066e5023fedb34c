/**
 * Trains arch2vec's embedding of all 15,625 cells of five ops and writes it to
 * `resources/embeddings/cells.json`. Minutes on one thread; goes on from the last epoch in --work.
 * Needs Node 24.
 *
 *   TF_NUM_INTRAOP_THREADS=1 nice -n 19 node scripts/train-embedding.ts [--epochs N] [--seed S]
 *       [--out FILE] [--work DIR]
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeAtomically } from '../src/compute/files/atomic-file.ts';
import { loadBackend } from '../src/compute/backend/load-backend.ts';
import { createRng, split } from '../src/core/math/rng.ts';
import { createVae, embed, reconstructed } from './embedding/graph-vae.ts';
import { CODES, embeddingText } from './embedding/embedding-file.ts';
import { trainEpochs } from './embedding/train.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    epochs: { type: 'string', default: '10' },
    seed: { type: 'string', default: '3' },
    out: { type: 'string', default: join(ROOT, 'resources/embeddings/cells.json') },
    work: { type: 'string', default: join(ROOT, '.cache/embedding') },
  },
});
const [epochs, seed] = [Number(values.epochs), Number(values.seed)];

process.env['TF_NUM_INTRAOP_THREADS'] ??= '1';
await loadBackend();
const shuffled = createRng(split(seed, 0x73706c74)).shuffle(CODES);
const held = shuffled.slice(0, Math.round(CODES.length / 10));
const learned = shuffled.slice(held.length);
const vae = createVae(seed);
const state = join(values.work, `seed-${seed}.json`);
await trainEpochs(vae, learned, {
  ...{ epochs, seed },
  read: () => (existsSync(state) ? readFileSync(state, 'utf8') : undefined),
  write: (text) => writeAtomically(state, Buffer.from(text)),
  ended: (epoch, loss) => {
    const { ops, edges } = reconstructed(vae, held);
    const shares = `ops ${(100 * ops).toFixed(2)} %, edges ${(100 * edges).toFixed(2)} %`;
    console.error(`epoch ${epoch} of ${epochs}: loss ${loss.toFixed(4)}; held out: ${shares}`);
  },
});
const figures = { seed, epochs, heldOut: { codes: held.length, ...reconstructed(vae, held) } };
writeAtomically(values.out, Buffer.from(embeddingText(embed(vae, CODES), figures)));
console.log(JSON.stringify(figures));
