/** Archives as a stranger makes them: any content, with sizes and hashes that are right. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { ZipFile } from 'yazl';
import type { Manifest } from '../../src/bridge/schemas/archive.ts';
import { costOf } from '../../src/core/arch/cost.ts';
import { STUDENT_FAMILIES } from '../../src/core/arch/families/registry.ts';
import { SCHEMA_VERSION } from '../../src/store/database.ts';

/** By path. */
export type Content = Readonly<Record<string, Buffer>>;

export const sha256Of = (data: Buffer): string => createHash('sha256').update(data).digest('hex');

export function manifestOf(content: Content, more: Partial<Manifest> = {}): Manifest {
  return {
    ...({ format: 'trade-archive', version: 1, kind: 'workspace', program: '1', packedAt: 'now', views: [] } as const),
    schema: SCHEMA_VERSION,
    runs: [],
    files: Object.entries(content).map(([path, data]) => ({ path, bytes: data.length, sha256: sha256Of(data) })),
    ...more,
  };
}

/** yazl refuses some names: then another of the same length is written, and put right in the bytes,
 * as a stranger's program would. */
export async function writeArchive(file: string, manifest: unknown, content: Content): Promise<void> {
  const zip = new ZipFile();
  const refused = new Map<string, string>();
  zip.addBuffer(Buffer.from(JSON.stringify(manifest)), 'manifest.json', { compress: false });
  for (const [path, data] of Object.entries(content)) {
    try {
      zip.addBuffer(data, path, { compress: false });
    } catch {
      const harmless = `${refused.size}`.padEnd(Buffer.byteLength(path), 'z').slice(0, Buffer.byteLength(path));
      refused.set(harmless, path);
      zip.addBuffer(data, harmless, { compress: false });
    }
  }
  zip.end();
  const chunks: Buffer[] = [];
  // Sound: a stream of bytes gives buffers.
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  let bytes = Buffer.concat(chunks).toString('latin1');
  for (const [harmless, path] of refused) bytes = bytes.replaceAll(harmless, Buffer.from(path).toString('latin1'));
  writeFileSync(file, bytes, 'latin1');
}

export const lines = (...records: readonly unknown[]): Buffer =>
  Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''));

const SPLITS = { train: 8, val: 4, test: 4 } as const;

/** Images `[n][height][width][channels]` as a gzipped IDX file; labels where the shape is empty. */
export function idx(count: number, shape: readonly number[], byteAt: (place: number) => number): Buffer {
  const sides = shape.at(-1) === 1 && shape.length === 3 ? shape.slice(0, 2) : shape;
  const header = Buffer.alloc(4 + 4 * (1 + sides.length));
  header[2] = 8;
  header[3] = 1 + sides.length;
  [count, ...sides].forEach((side, axis) => header.writeUInt32BE(side, 4 + 4 * axis));
  const size = sides.reduce((product, side) => product * side, count);
  return gzipSync(Buffer.concat([header, Buffer.from(Array.from({ length: size }, (_, place) => byteAt(place)))]));
}

/** A data set of a few images as an archive has it, below `datasets/<name>/`. */
export function datasetContent(name: string, changes: object = {}, title = name): Record<string, Buffer> {
  const shape = [8, 8, 1];
  const classes = ['left', 'right'];
  const content: Record<string, Buffer> = {};
  const splits: Record<string, unknown> = {};
  for (const [split, count] of Object.entries(SPLITS)) {
    const images = idx(count, shape, (place) => (7 * place) % 256);
    const labels = idx(count, [], (place) => place % 2);
    content[`datasets/${name}/${split}-images.gz`] = images;
    content[`datasets/${name}/${split}-labels.gz`] = labels;
    const facts = (part: string, data: Buffer) => ({
      ...{ file: `${split}-${part}.gz`, bytes: data.length, sha256: sha256Of(data) },
    });
    const names = gzipSync(JSON.stringify(Array.from({ length: count }, (_, place) => `${split}/${place}.png`)));
    content[`datasets/${name}/${split}-names.gz`] = names;
    const parts = { images: facts('images', images), labels: facts('labels', labels), names: facts('names', names) };
    splits[split] = { count, ...parts };
  }
  const card = { ...{ id: name, title, licence: 'none', shape, classes, splits }, ...changes };
  content[`datasets/${name}/dataset.json`] = Buffer.from(JSON.stringify(card));
  return content;
}

/** A teacher with a card and no sense, for images of Fashion-MNIST unless `changes` say
 * otherwise. */
export function teacherContent(name: string, changes: object = {}): Record<string, Buffer> {
  const family = STUDENT_FAMILIES.resnet({ inputShape: [28, 28, 1], classes: 10 });
  const graph = family.build(family.reference);
  const { params, macs } = costOf(graph);
  const weights = Buffer.from(`weights of ${name}`);
  const card = {
    ...{ name, title: name, graph, params, macs, seed: 1, accuracy: { validation: 0.9, test: 0.9 } },
    dataset: { id: 'fashion-mnist', title: 'Fashion-MNIST', trainImages: 100 },
    recipe: { epochs: 3, optimizer: 'sgd' },
    normalisation: { mean: 0.28, deviation: 0.35 },
    weights: { file: 'weights.safetensors', sha256: sha256Of(weights) },
    ...changes,
  };
  return {
    [`teachers/${name}/teacher.json`]: Buffer.from(JSON.stringify(card)),
    [`teachers/${name}/weights.safetensors`]: weights,
  };
}
