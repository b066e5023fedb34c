/** The shipped file of an embedding of cells, as `src/host/library/embedding.ts` reads it. */
import { createHash } from 'node:crypto';
import { CELL_EDGES, CELL_OPS } from '../../src/core/arch/families/cells/code.ts';
import type { CellCode, CellOp } from '../../src/core/arch/families/cells/code.ts';
import { codeTexts, EMBEDDING_FORMAT } from '../../src/host/library/embedding.ts';
import { VAE } from './graph-vae.ts';

/** Names of each op: the family's, and the benchmark's. */
const SPELLINGS: Readonly<Record<CellOp, readonly string[]>> = {
  none: ['none'],
  skip: ['skip', 'skip_connect'],
  pool3x3: ['pool3x3', 'avg_pool_3x3'],
  conv1x1: ['conv1x1', 'nor_conv_1x1'],
  conv3x3: ['conv3x3', 'nor_conv_3x3'],
};

/** All, the last edge turning fastest. */
export const CODES: readonly CellCode[] = CELL_EDGES.reduce<readonly CellCode[]>(
  (codes) => codes.flatMap((code) => CELL_OPS.map((op) => [...code, op])),
  [[]],
);

export interface Figures {
  readonly seed: number;
  readonly epochs: number;
  readonly heldOut: { readonly codes: number; readonly ops: number; readonly edges: number };
}

const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** `values` `[codes][16]`, rounded to halves. */
export function embeddingText(values: Float32Array, { seed, epochs, heldOut }: Figures): string {
  const halves = new Uint8Array(2 * values.length);
  const view = new DataView(halves.buffer);
  values.forEach((value, index) => view.setUint16(2 * index, halfOf(value), true));
  const edges = CELL_EDGES.map(({ name }) => name);
  const ops = CELL_OPS.map((op) => SPELLINGS[op]);
  const rounded = (share: number): number => Number(share.toFixed(5));
  const card = {
    format: EMBEDDING_FORMAT,
    name: 'arch2vec, cells of NAS-Bench-201',
    source:
      'Graph autoencoder of Yan et al. (arch2vec, NeurIPS 2020), trained by scripts/train-embedding.ts on the ' +
      '15,625 cells of NAS-Bench-201 (Dong and Yang 2020) without any accuracy',
    licence: 'MIT',
    ...{ seed, epochs },
    heldOut: { codes: heldOut.codes, ops: rounded(heldOut.ops), edges: rounded(heldOut.edges) },
    ...{ edges, ops, length: VAE.latent, codes: CODES.length },
    codesSha256: sha256(codeTexts({ edges, ops }).join('\n')),
    valuesSha256: sha256(halves),
    values: Buffer.from(halves).toString('base64'),
  };
  return `${JSON.stringify(card, undefined, 1)}\n`;
}

/** The nearest half to a number, ties to even; beyond the largest one infinity. */
function halfOf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(size)) return 0x7e00;
  if (size === Infinity) return sign | 0x7c00;
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  const steps = size === 0 ? 0 : roundToEven(size * 2 ** (10 - exponent));
  // What rounds up to the next power of two carries into the exponent by itself.
  const bits = steps < 1024 ? steps : (exponent + 15 - 1) * 1024 + steps;
  return sign | Math.min(bits, 0x7c00);
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return below + (rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? 1 : 0);
}

export const testing = { halfOf };
