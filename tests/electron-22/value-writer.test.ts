/** Held to V8's own reader: a value that is written wrong reaches a worker process as another one,
 * or ends it. */
import { deserialize } from 'node:v8';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ValueWriter } from './adapter/value-writer.mjs';

/** As `v8.DefaultSerializer` writes a view of bytes: its kind, its length, its bytes. */
class WithViews extends ValueWriter {
  _writeHostObject(view: ArrayBufferView): void {
    this.writeUint32(view instanceof Float64Array ? 8 : 1);
    this.writeUint32(view.byteLength);
    this.writeRawBytes(view);
  }
}

function written(value: unknown): Buffer {
  const writer = new WithViews();
  writer.writeHeader();
  writer.writeValue(value);
  return writer.releaseBuffer();
}

const readBack = (value: unknown): unknown => deserialize(written(value));

it('is read by V8 as the value that was written, whatever its kinds, letters and depth', () => {
  const values = fc.anything({
    ...{ withBigInt: false, withBoxedValues: false, withDate: true, withMap: true, withSet: true },
    ...{ withTypedArray: false, withSparseArray: true, stringUnit: 'binary', withNullPrototype: false },
  });
  fc.assert(
    fc.property(values, (value) => {
      expect(readBack(value)).toEqual(value);
    }),
  );
});

it('keeps numbers at the borders of its forms, and texts of two bytes a letter wherever they begin', () => {
  const numbers = [0, -0, 2 ** 29 - 1, 2 ** 29, -(2 ** 29), 2 ** 31, Number.MAX_SAFE_INTEGER, NaN, -Infinity, 0.1];
  expect(readBack(numbers)).toEqual(numbers);
  const texts = Array.from({ length: 200 }, (_, length) => `${'a'.repeat(length)}→`);
  expect(readBack([...texts, 'x', ...texts.map((text) => text.repeat(90))])).toHaveLength(401);
  expect(readBack(['x', ...texts])).toEqual(['x', ...texts]);
});

it('keeps what is held twice, circles, and views of a part of their buffer', () => {
  const shared = { rows: new Float64Array([1, 2, 3]) };
  const circle: { itself?: unknown } = {};
  circle.itself = circle;
  const got = readBack({ a: shared, b: shared, circle }) as Record<'a' | 'b' | 'circle', { itself?: unknown }>;
  expect(got.a).toBe(got.b);
  expect(got.circle.itself).toBe(got.circle);
  expect(readBack(new Uint8Array([1, 2, 3, 4]).subarray(1, 3))).toEqual(new Uint8Array([2, 3]));
});

it('refuses what would arrive as something else', () => {
  expect(() => readBack({ call: () => 1 })).toThrow('cannot be sent to another process');
  expect(() => readBack(/a/)).toThrow('cannot be sent to another process');
});
