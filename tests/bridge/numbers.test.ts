import { describe, expect, it } from 'vitest';
import { wireSerializers, testing } from '../../src/bridge/numbers.ts';
import { numberWord, wordNumber } from '../../src/core/written-numbers.ts';

const { base64Of, bytesOf } = testing;

describe('written forms', () => {
  it('leave numbers that JSON keeps alone', () => {
    for (const value of [0, 1, -1.5, 5e-324, Number.MAX_VALUE]) expect(numberWord(value)).toBeUndefined();
    expect([NaN, Infinity, -Infinity, -0].map(numberWord)).toEqual(['NaN', 'Infinity', '-Infinity', '-0']);
  });

  it('refuse words and blobs that nobody wrote', () => {
    for (const word of ['nan', '', 'toString', '__proto__', 7, null, {}])
      expect(() => wordNumber(word)).toThrow(TypeError);
    for (const blob of ['%%%', 7, null, ['AA==']]) expect(() => bytesOf(blob)).toThrow();
    const floats = wireSerializers.find(({ condition }) => condition(new Float32Array(1)));
    expect(() => floats?.deserialize(base64Of(new Uint8Array(7)))).toThrow(TypeError);
    const doubles = wireSerializers.find(({ condition }) => condition(new Float64Array(1)));
    expect(() => doubles?.deserialize(base64Of(new Uint8Array(12)))).toThrow(TypeError);
  });

  it('are standard base64 of the bytes', () => {
    expect(base64Of(new TextEncoder().encode('foobar'))).toBe('Zm9vYmFy'); // RFC 4648, section 10
    const long = Uint8Array.from({ length: 100_001 }, (_, index) => (index * 31) % 256);
    expect(base64Of(long)).toBe(Buffer.from(long).toString('base64'));
    expect(bytesOf(base64Of(long))).toEqual(long);
    expect(bytesOf('')).toEqual(new Uint8Array(0));
  });

  it('keep doubles whole, a part of a larger buffer too', () => {
    const doubles = wireSerializers.find(({ condition }) => condition(new Float64Array(1)));
    const part = Float64Array.of(1, 2 ** 53 - 1, NaN, -0, -Infinity, 0.1).subarray(1);
    expect(doubles?.deserialize(doubles.serialize(part))).toEqual(part);
  });

  it('are numbered apart from each other and from those of oRPC', () => {
    const types = wireSerializers.map(({ type }) => type);
    expect(new Set(types).size).toBe(types.length);
    for (const type of types) expect(type).toBeGreaterThan(7);
  });
});
