/** The export of a network from its checkpoint to its file, and what is left where it fails. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { costOf } from '../../../src/core/arch/cost.ts';
import { loadBackend } from '../../../src/compute/backend/load-backend.ts';
import { writeWeights } from '../../../src/compute/files/checkpoint.ts';
import { loadDataset } from '../../../src/compute/data/dataset.ts';
import { exportNetwork } from '../../../src/compute/export/export-job.ts';
import { readNetworkJson } from '../../../src/compute/export/network-json.ts';
import { compareLogits, ownLogits, pixelsOf } from '../../../src/compute/export/verify.ts';
import { layoutOf } from '../../../src/compute/model/parameters.ts';
import type { ExportInput } from '../../../src/compute/tasks/export/task.ts';
import { teacherContent } from '../../support/forge.ts';
import { randomNetwork } from '../support/random-network.ts';
import { TINY, writeTinyDataset } from '../support/tiny-dataset.ts';
import { tinyConvolutional, tinyTransformer } from '../support/tiny-training.ts';

let folder: string;
beforeAll(async () => void (await loadBackend()));
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'trade-test-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const network = randomNetwork(tinyConvolutional());

function inputOf(changes: Partial<ExportInput> = {}, weights = network.weights): ExportInput {
  const { path, sha256 } = writeWeights(join(folder, 'student.safetensors'), layoutOf(network.graph), weights);
  return {
    ...{ format: 'onnx', precision: 'fp32' },
    source: { kind: 'student', graph: network.graph, weights: { path, sha256 } },
    dataset: { directory: join(folder, 'data') },
    card: { title: 'Student 1', producerVersion: '0', properties: { trial: 'run_1-0000' } },
    ...changes,
  };
}

function run(input: ExportInput) {
  const dataset = loadDataset(writeTinyDataset(join(folder, 'data')));
  return exportNetwork(input, dataset, join(folder, 'temp', `side-1.${input.format}`), () => undefined);
}

function written(): readonly string[] {
  return existsSync(join(folder, 'temp')) ? readdirSync(join(folder, 'temp')) : [];
}

describe('exportNetwork', () => {
  it('writes an ONNX file that agrees on all images of a small split', async () => {
    const { file, maxAbsDiff, bound, images } = await run(inputOf());
    expect(images).toBe(TINY.val);
    expect(maxAbsDiff).toBeLessThan(bound);
    expect(readFileSync(file.path)).toHaveLength(file.bytes);
    expect(written()).toEqual(['side-1.onnx']);
    // Texts stand in the file as they are.
    const text = readFileSync(file.path).toString('latin1');
    for (const part of ['run_1-0000', '["a","b","c"]', String(costOf(network.graph).params)])
      expect(text).toContain(part);
  });

  it('writes a JSON file from which the same network can be made', async () => {
    const { file, maxAbsDiff } = await run(inputOf({ format: 'json' }));
    expect(maxAbsDiff).toBe(0);
    const read = readNetworkJson(readFileSync(file.path));
    const dataset = loadDataset(join(folder, 'data'));
    expect(read.normalisation).toEqual(dataset.normalisation);
    expect(read.graph).toEqual(network.graph);
    expect(read.weights).toEqual(network.weights);
  });

  it('says how far half precision is from the trained network, in either form', async () => {
    for (const format of ['onnx', 'json'] as const) {
      const { maxAbsDiff, bound } = await run(inputOf({ format, precision: 'fp16' }));
      expect(maxAbsDiff).toBeGreaterThan(1e-6);
      expect(maxAbsDiff).toBeLessThan(bound);
    }
  });

  it('leaves no file of a network whose weights are not numbers', async () => {
    const weights = new Map(network.weights).set('classifier/bias', new Float32Array(TINY.classes).fill(Number.NaN));
    for (const format of ['onnx', 'json'] as const) {
      await expect(run(inputOf({ format }, weights))).rejects.toMatchObject({
        code: 'export.failed',
        message: expect.stringContaining('differ by up to NaN') as string,
      });
    }
    expect(written()).toEqual([]);
  });

  it('reads no checkpoint that is cut short, changed, or of another network', async () => {
    const input = inputOf();
    const path = join(folder, 'student.safetensors');
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, bytes.length - 8));
    await expect(run(input)).rejects.toMatchObject({ code: 'checkpoint.corrupt' });
    const changed = Buffer.from(bytes);
    changed.writeUInt8(changed.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
    writeFileSync(path, changed);
    await expect(run(input)).rejects.toMatchObject({ code: 'checkpoint.corrupt' });
    writeFileSync(path, bytes);
    // A student's, as in `inputOf`.
    const source = { ...input.source, graph: tinyTransformer() } as ExportInput['source'];
    await expect(run({ ...input, source })).rejects.toMatchObject({ code: 'checkpoint.corrupt' });
    expect(written()).toEqual([]);
  });

  it('does not try a network on images of another shape', async () => {
    const input = inputOf();
    const data = loadDataset(writeTinyDataset(join(folder, 'data')));
    const wide = { ...data, card: { ...data.card, shape: [16, 4, 1] as const } };
    await expect(exportNetwork(input, wide, join(folder, 'temp', 'x'), () => undefined)).rejects.toMatchObject({
      code: 'export.failed',
      message: expect.stringContaining('8x8x1 of 3 classes') as string,
    });
  });

  it('gives a teacher the normalisation of its own images', async () => {
    const directory = join(folder, 'teacher');
    const { bytes, sha256 } = writeWeights(join(directory, 'w.safetensors'), layoutOf(network.graph), network.weights);
    const weights = { file: 'w.safetensors', bytes, sha256 };
    const own = { graph: network.graph, normalisation: { mean: 0.9, deviation: 0.1 }, weights };
    const { 'teachers/t/teacher.json': card = '' } = teacherContent('t', own);
    writeFileSync(join(directory, 'teacher.json'), card);
    const { file } = await run(inputOf({ format: 'json', source: { kind: 'teacher', directory } }));
    expect(readNetworkJson(readFileSync(file.path)).normalisation).toEqual({ mean: 0.9, deviation: 0.1 });
  });
});

describe('pixelsOf', () => {
  it('takes images from the whole split, not its start, and scales them', () => {
    const split = { count: 6, pixels: Uint8Array.of(0, 51, 102, 153, 204, 255), labels: new Uint8Array(6) };
    expect(pixelsOf(split, [1, 1, 1], 3)).toEqual({ count: 3, values: Float32Array.of(0, 0.4, 0.8) });
    expect(pixelsOf(split, [1, 1, 1], 64).count).toBe(6);
  });
});

describe('compareLogits', () => {
  const ours = Float32Array.of(1, -20, 3);

  it('allows 1e-4 in single precision and a share of the largest logit in half', () => {
    expect(compareLogits(ours, Float32Array.of(1, -20, 3.00005), 'fp32', 1).maxAbsDiff).toBeCloseTo(5e-5, 6);
    expect(compareLogits(ours, Float32Array.of(1, -20.09, 3), 'fp16', 1).bound).toBeCloseTo(0.1, 10);
    expect(() => compareLogits(ours, Float32Array.of(1, -20, 3.0002), 'fp32', 1)).toThrow(/Nothing was written/);
    expect(() => compareLogits(ours, Float32Array.of(1, -20.11, 3), 'fp16', 1)).toThrow(/single precision/);
  });

  it('refuses fewer logits, and none that are numbers', () => {
    expect(() => compareLogits(ours, ours.subarray(1), 'fp32', 1)).toThrow(/NaN/);
    const nan = Float32Array.of(Number.NaN);
    expect(() => compareLogits(nan, nan, 'fp32', 1)).toThrow(/NaN/);
  });
});

describe('ownLogits', () => {
  it('normalises the pixels: those at the mean leave the biases alone', () => {
    // Pixels at the mean are zero once normalised: a network of no biases and zero offsets answers
    // with its classifier's bias.
    const weights = new Map(
      [...network.weights].map(([name, values]) => [
        name,
        name.endsWith('/beta') || name.endsWith('/mean') ? values.map(() => 0) : values,
      ]),
    );
    const flat = { count: 1, values: new Float32Array(TINY.side ** 2).fill(0.2861) };
    const logits = ownLogits({ ...network, weights }, flat);
    expect([...logits]).toEqual(
      [...(network.weights.get('classifier/bias') ?? [])].map((bias) => expect.closeTo(bias, 5) as number),
    );
  });
});
