/** IDX files larger than memory: a packed one of a gigabyte took three, and a plain one as much as
 * it has. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { idxBytes } from '../../../../src/compute/data/idx.ts';
import { openForeignIdx } from '../../../../src/compute/data/import/foreign-idx.ts';

const folder = mkdtempSync(join(tmpdir(), 'foreign-idx-'));
afterAll(() => rmSync(folder, { recursive: true }));
const free = (): Promise<void> => Promise.resolve();
const request = { ranks: [3, 4], room: 1e6, yieldToEvents: free };

function written(bytes: Uint8Array): string {
  const file = join(folder, 'images');
  writeFileSync(file, bytes);
  return file;
}

describe('an IDX file of others', () => {
  it('gives the same values from anywhere, packed in memory and plain from the disk', async () => {
    const size = fc.integer({ min: 1, max: 9 });
    await fc.assert(
      fc.asyncProperty(fc.array(size, { minLength: 3, maxLength: 4 }), fc.boolean(), async (shape, isPacked) => {
        const values = Uint8Array.from({ length: shape.reduce((all, one) => all * one, 1) }, (_, i) => (i * 7) % 256);
        const plain = idxBytes(shape, values);
        const found = await openForeignIdx(written(isPacked ? gzipSync(plain) : plain), request);
        expect([found.shape, found.held]).toEqual([shape, isPacked ? values.length : 0]);
        const [first, count] = [Math.floor(values.length / 3), Math.ceil(values.length / 2)];
        expect([...found.read(first, count)]).toEqual([...values.subarray(first, first + count)]);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['one value fewer', -1],
    ['one value more', 1],
    ['a whole file more', 100_000],
  ])('of %s than its header announces is refused, in the same words either way', async (_, more) => {
    const bytes = idxBytes([40, 30, 20], new Uint8Array(24_000 + more));
    for (const file of [bytes, gzipSync(bytes)]) {
      await expect(openForeignIdx(written(file), request)).rejects.toMatchObject({
        code: 'dataset.corrupt',
        message: expect.stringContaining(`announces 40 x 30 x 20 = 24000 values, and ${24_000 + more} follow`),
      });
    }
  });

  it('that unpacks to more than there is room for is refused before any of it is held', async () => {
    const boast = idxBytes([60_000, 224, 224], new Uint8Array(1000));
    await expect(openForeignIdx(written(gzipSync(boast)), { ...request, room: 2 ** 30 })).rejects.toMatchObject({
      code: 'dataset.unusable',
      message: expect.stringContaining('unpacks to 3010560000 bytes'),
    });
  });

  it('that is cut while it is read says where', async () => {
    const bytes = idxBytes([4, 8, 8], new Uint8Array(256));
    const found = await openForeignIdx(written(bytes), request);
    written(bytes.subarray(0, 100));
    expect(() => found.read(64, 64)).toThrow(/ends after 100 bytes, in the middle of an image/);
  });

  it('is left alone when it is asked to stop', async () => {
    const stopped = new Error('stop');
    const stop = (): Promise<void> => Promise.reject(stopped);
    const file = written(gzipSync(idxBytes([4, 8, 8], new Uint8Array(256))));
    await expect(openForeignIdx(file, { ...request, yieldToEvents: stop })).rejects.toBe(stopped);
  });
});
