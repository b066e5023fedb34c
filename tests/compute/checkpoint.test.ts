/** Checkpoints come back as they were written, and broken ones are named. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readTrainingState, readWeights, writeTrainingState, writeWeights } from '../../src/compute/checkpoint.ts';
import { initialWeights, layoutOf } from '../../src/compute/parameters.ts';
import { decodeTensors, encodeTensors } from '../../src/compute/safetensors.ts';
import { tinyConvolutional, tinyTransformer } from './support/tiny-training.ts';

const folder = mkdtempSync(join(tmpdir(), 'checkpoint-'));
afterAll(() => rmSync(folder, { recursive: true }));

const layout = layoutOf(tinyConvolutional());
const weights = initialWeights(layout, 1);
const path = join(folder, 'sound.safetensors');
const written = writeWeights(path, layout, weights);

describe('weights', () => {
  it('come back bit for bit, and the size and hash are those of the file', () => {
    const bytes = readFileSync(path);
    expect(readWeights(path, layout)).toEqual(weights);
    expect(written).toEqual({ path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
    expect(readdirSync(folder).filter((file) => file.endsWith('.tmp'))).toEqual([]);
  });

  it('in half precision keep 11 significant bits', () => {
    const half = join(folder, 'half.safetensors');
    writeWeights(half, layout, weights, {}, true);
    for (const [name, values] of readWeights(half, layout)) {
      values.forEach((value, index) => {
        const exact = weights.get(name)?.[index] ?? Number.NaN;
        expect(Math.abs(value - exact)).toBeLessThanOrEqual(Math.abs(exact) * 2 ** -11 + 2 ** -25);
      });
    }
  });

  it.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, -4), 'ends inside tensor'],
    ['with something behind', (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(4)]), 'its tensors end at'],
    ['empty', () => Buffer.alloc(0), 'too few for a header'],
    [
      'with a header longer than the file',
      (bytes: Buffer) => Buffer.concat([Buffer.from([255, 255, 0, 0, 0, 0, 0, 0]), bytes.subarray(8)]),
      'announces a header of 65535',
    ],
  ])('%s are refused by name', (name, damage, finding) => {
    const broken = join(folder, `${name}.safetensors`);
    writeFileSync(broken, damage(readFileSync(path)));
    expect(() => readWeights(broken, layout)).toThrow(
      expect.objectContaining({
        code: 'checkpoint.corrupt',
        message: expect.stringContaining(finding),
        place: { file: broken },
      }),
    );
  });

  it('of another network, or no file at all, are refused', () => {
    expect(() => readWeights(path, layoutOf(tinyTransformer()))).toThrow('lacks the weight "patches/kernel"');
    expect(() => readWeights(join(folder, 'nowhere'), layout)).toThrow(
      expect.objectContaining({ code: 'checkpoint.corrupt' }),
    );
  });
});

describe('training states', () => {
  const state = {
    step: 12,
    lossSum: 3.5,
    weights,
    optimizer: new Map([['velocity', new Float32Array(layout.params).fill(2)]]),
  };

  it('come back with position and the vectors of the optimiser', () => {
    const file = writeTrainingState(join(folder, 'state.safetensors'), layout, state).path;
    expect(readTrainingState(file, layout, ['velocity'])).toEqual(state);
    expect(readWeights(file, layout)).toEqual(weights);
    expect(() => readTrainingState(file, layout, ['first'])).toThrow('the optimiser\'s "first" is missing');
  });

  it('are not to be had from a final checkpoint', () => {
    expect(() => readTrainingState(path, layout, ['velocity'])).toThrow('does not say at which step');
  });
});

describe('safetensors', () => {
  it('aligns values to 8 bytes and keeps metadata beyond ASCII', () => {
    const tensors = [{ name: 'a', shape: [2, 1], values: Float32Array.of(1.5, -2) }];
    const bytes = encodeTensors(tensors, { title: 'Änderung → 8' });
    expect(Number(bytes.readBigUInt64LE()) % 8).toBe(0);
    const file = decodeTensors(bytes);
    expect(file.metadata).toEqual({ title: 'Änderung → 8' });
    expect(file.tensors.get('a')).toEqual({ ...tensors[0], half: false });
  });
});
