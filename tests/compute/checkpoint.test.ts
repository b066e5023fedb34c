/** Checkpoints come back as they were written, and broken ones are named. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  readTrainingState,
  readWeights,
  writeTrainingState,
  writeWeights,
} from '../../src/compute/files/checkpoint.ts';
import { initialWeights, joinedSize, layoutOf } from '../../src/compute/model/parameters.ts';
import { decodeTensors, encodeTensors } from '../../src/compute/files/safetensors.ts';
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

  it('keep a tensor that half precision cannot hold as it is', () => {
    const [name = ''] = weights.keys();
    const large = new Map([...weights, [name, (weights.get(name) ?? new Float32Array()).map(() => 1e6)] as const]);
    const mixed = join(folder, 'mixed.safetensors');
    const { bytes } = writeWeights(mixed, layout, large, {}, true);
    expect(readWeights(mixed, layout).get(name)).toEqual(large.get(name));
    expect(bytes).toBeLessThan(written.bytes);
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
    // Of a deeper one, which has all the weights of this one, and more.
    const deeper = join(folder, 'deeper.safetensors');
    const more = { name: 'block9/kernel', shape: [1], values: Float32Array.of(1) };
    const own = [...decodeTensors(readFileSync(path)).tensors.values()];
    writeFileSync(deeper, encodeTensors([...own, more], {}));
    expect(() => readWeights(deeper, layout)).toThrow('it has the weight "block9/kernel", which this network has not');
    expect(() => readWeights(join(folder, 'nowhere'), layout)).toThrow(
      expect.objectContaining({ code: 'checkpoint.corrupt' }),
    );
  });
});

describe('training states', () => {
  const state = {
    step: 12,
    lossSum: 3.5,
    elapsed: 1.25,
    weights,
    optimizer: new Map([['velocity', new Float32Array(layout.params).fill(2)]]),
  };

  it('come back with position and the vectors of the optimiser', () => {
    const file = writeTrainingState(join(folder, 'state.safetensors'), layout, state).path;
    expect(readTrainingState(file, layout, ['velocity'])).toEqual(state);
    expect(readWeights(file, layout)).toEqual(weights);
    expect(() => readTrainingState(file, layout, ['first'])).toThrow('the optimiser\'s "first" is missing');
  });

  it('come back with the moving average, which covers the statistics too, and with the best epoch', () => {
    const average = new Float32Array(joinedSize(layout)).fill(0.5);
    const best = { epoch: 2, accuracy: 0.75, weights: initialWeights(layout, 2) };
    const optimizer = new Map([...state.optimizer, ['average', average] as const]);
    const file = writeTrainingState(join(folder, 'whole.safetensors'), layout, { ...state, optimizer, best }).path;
    expect(readTrainingState(file, layout, ['velocity', 'average'])).toEqual({ ...state, optimizer, best });
    const short = new Map([...state.optimizer, ['average', average.subarray(1)] as const]);
    writeTrainingState(file, layout, { ...state, optimizer: short });
    expect(() => readTrainingState(file, layout, ['velocity', 'average'])).toThrow(
      '"average" is missing or of another',
    );
  });

  it('of before the time was kept go on from none', () => {
    const file = join(folder, 'old.safetensors');
    const tensors = [...layout.trainable, ...layout.other].map(({ name, spec: { shape } }) => {
      return { name, shape, values: weights.get(name) ?? new Float32Array() };
    });
    const velocity = { name: 'optimizer:velocity', shape: [layout.params], values: new Float32Array(layout.params) };
    writeFileSync(file, encodeTensors([...tensors, velocity], { step: '12', lossSum: '3.5' }));
    const { step, elapsed, best } = readTrainingState(file, layout, ['velocity']);
    expect({ step, elapsed, best }).toEqual({ step: 12, elapsed: 0, best: undefined });
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
