/** Embeddings of architectures that the program comes with: a file of vectors, checked before
 * anything is read from it. `scripts/train-embedding.ts` writes it. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WorkbenchError } from '../../core/errors.ts';
import { z } from '../../core/records/zod.ts';
import { cellEmbedding } from '../../core/strategies/embedding.ts';
import type { CellVectors, Embedding } from '../../core/strategies/embedding.ts';

export const EMBEDDING_FORMAT = 'trade-embedding/1';

const count = z.int().min(1);
const names = z.array(z.string().min(1)).min(1);
const hash = z.string().regex(/^[0-9a-f]{64}$/);

const embeddingSchema = z.object({
  format: z.literal(EMBEDDING_FORMAT),
  name: z.string().min(1),
  /** Who made the method, and what it was trained on. */
  source: z.string(),
  licence: z.string(),
  seed: z.int(),
  epochs: count,
  /** Shares that came back right of cells which training has not seen. */
  heldOut: z.object({ codes: count, ops: z.number(), edges: z.number() }),
  edges: names,
  ops: z.array(names).min(1),
  length: count,
  codes: count,
  /** Of `codeTexts`, a line each. */
  codesSha256: hash,
  /** Of the bytes that `values` stands for. */
  valuesSha256: hash,
  /** Halves, little-endian, in base64. */
  values: z.string(),
});

/** Where an installation has it. */
export const embeddingIn = (resources: string): string => join(resources, 'embeddings', 'cells.json');

/** Every code in the order of the vectors: the first name of each edge's op. */
export function codeTexts({ edges, ops }: Pick<CellVectors, 'edges' | 'ops'>): readonly string[] {
  const first = ops.map(([name = '']) => name);
  return edges.reduce<readonly string[]>(
    (codes, edge) => codes.flatMap((code) => first.map((op) => `${code}${code && ','}${edge}=${op}`)),
    [''],
  );
}

/** Most codes that are looked through. */
const MOST_CODES = 1e6;

/** Throws `config.unreadable`, naming the file and what is wrong with it. */
export async function readEmbedding(file: string): Promise<Embedding> {
  const refuse = (problem: string, cause?: unknown): WorkbenchError =>
    new WorkbenchError(
      'config.unreadable',
      `The embedding of cells ${problem} (${file}): install the program anew, or search with encoding "one-hot".`,
      { field: 'strategy.options.encoding' },
      { cause },
    );
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw refuse('cannot be read', error);
  });
  const parsed = embeddingSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    const { path = [], message = 'is not valid' } = parsed.error.issues[0] ?? {};
    throw refuse(`is not one: ${path.join('.') || 'the whole file'}: ${message}`);
  }
  const { name, edges, ops, length, codes, codesSha256, valuesSha256 } = parsed.data;
  if (ops.length ** edges.length !== codes || codes > MOST_CODES) throw refuse('does not have every code');
  if (sha256(codeTexts({ edges, ops }).join('\n')) !== codesSha256) throw refuse('is of other codes than it says');
  const bytes = Buffer.from(parsed.data.values, 'base64');
  if (bytes.length !== 2 * codes * length) throw refuse('does not have a vector for each code');
  if (sha256(bytes) !== valuesSha256) throw refuse('is damaged');
  const values = Float64Array.from({ length: codes * length }, (_, place) => numberOf(bytes.readUInt16LE(2 * place)));
  if (!values.every(Number.isFinite)) throw refuse('holds what is no number');
  return cellEmbedding({ name, edges, ops, length, values });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** Of a half by its bits. */
function numberOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = (bits & 0x3ff) / 1024;
  if (exponent === 0) return sign * fraction * 2 ** -14;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction) * 2 ** (exponent - 15);
}

export const testing = { numberOf };
