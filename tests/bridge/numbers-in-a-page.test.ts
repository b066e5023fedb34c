/** The written forms where there is no Buffer, as in a page: what the other side of the bridge
 * reads and writes. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { wireSerializers, testing } from '../../src/bridge/numbers.ts';
import { wordNumber } from '../../src/core/written-numbers.ts';

const { base64Of, bytesOf } = testing;

afterEach(() => vi.unstubAllGlobals());

const bytesOfLength = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) % 256);

/** 8192 bytes go into one call: at, before and after its end a chunk could be lost or written
 * twice. */
describe.each([0, 1, 2, 3, 8191, 8192, 8193, 16_384, 100_001])('%i bytes', (length) => {
  it('are the same text in a page as in Node, and come back', () => {
    const bytes = bytesOfLength(length);
    const inNode = base64Of(bytes);
    vi.stubGlobal('Buffer', undefined);
    expect(base64Of(bytes)).toBe(inNode);
    expect(bytesOf(inNode)).toEqual(bytes);
  });

  it('of a larger buffer are those of the view alone', () => {
    const whole = bytesOfLength(length + 20);
    const inNode = Buffer.from(whole.subarray(7, 7 + length)).toString('base64');
    vi.stubGlobal('Buffer', undefined);
    expect(base64Of(whole.subarray(7, 7 + length))).toBe(inNode);
  });
});

it('a list is no word, though it prints as one', () => {
  for (const word of [['NaN'], ['-0'], { toString: () => 'NaN' }]) expect(() => wordNumber(word)).toThrow(TypeError);
});

describe('the serializers', () => {
  const [numbers, floats, octets, doubles] = wireSerializers;

  it('each takes its own kind and leaves the others, numbers that JSON keeps among them', () => {
    const values = [NaN, -0, 1, '1', new Float32Array(1), new Uint8Array(1), new Float64Array(1), [1], undefined];
    const taken = values.map((value) => wireSerializers.findIndex(({ condition }) => condition(value)));
    expect(taken).toEqual([0, 0, -1, -1, 1, 2, 3, -1, -1]);
  });

  it('keep words, floats, bytes and doubles, of views too', () => {
    const floatView = Float32Array.of(9, 1.5, -0, NaN, 9).subarray(1, 4);
    const doubleView = Float64Array.of(9, 0.1, -Infinity, 9).subarray(1, 3);
    const byteView = Uint8Array.of(9, 1, 2, 255).subarray(1);
    expect([NaN, Infinity, -Infinity, -0].map((value) => numbers?.deserialize(numbers.serialize(value)))).toEqual([
      ...[NaN, Infinity, -Infinity, -0],
    ]);
    expect(floats?.deserialize(floats.serialize(floatView))).toEqual(floatView);
    expect(doubles?.deserialize(doubles.serialize(doubleView))).toEqual(doubleView);
    expect(octets?.deserialize(octets.serialize(byteView))).toEqual(byteView);
  });

  it('refuse half a float and half a double, and take none at all', () => {
    const written = (length: number): string => base64Of(new Uint8Array(length));
    for (const length of [1, 2, 3, 5, 6, 7]) expect(() => floats?.deserialize(written(length))).toThrow(TypeError);
    for (const length of [1, 4, 7, 9, 12, 15]) expect(() => doubles?.deserialize(written(length))).toThrow(TypeError);
    expect(floats?.deserialize(written(0))).toEqual(new Float32Array(0));
    expect(doubles?.deserialize(written(0))).toEqual(new Float64Array(0));
  });
});
