/** A file is there whole or not at all, also when the disk fills up while it is written. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { writeAtomically } from '../../src/compute/files/atomic-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'atomic-'));
afterAll(() => rmSync(folder, { recursive: true }));
const bytes = Uint8Array.from({ length: 1000 }, (_, index) => index);

/** Takes so many bytes, a few at a time, and then no more. */
function diskOf(room: number) {
  let left = room;
  return (file: number, content: Uint8Array, offset: number): number => {
    if (left === 0) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    const taken = writeSync(file, content, offset, Math.min(left, 300, content.length - offset));
    left -= taken;
    return taken;
  };
}

it('a disk that takes a few bytes at a time gets them all', () => {
  const path = join(folder, 'slow');
  expect(writeAtomically(path, bytes, diskOf(1000)).bytes).toBe(1000);
  expect(new Uint8Array(readFileSync(path))).toEqual(bytes);
});

it('a disk that fills up half-way is named; the file of before stays, and no part of the new one', () => {
  const path = join(folder, 'full');
  writeAtomically(path, bytes.subarray(0, 10));
  expect(() => writeAtomically(path, bytes, diskOf(500))).toThrow(
    expect.objectContaining({
      code: 'disk.full',
      message: expect.stringContaining(`There is no room to write ${path} (1000 bytes)`),
    }),
  );
  expect(new Uint8Array(readFileSync(path))).toEqual(bytes.subarray(0, 10));
  expect(readdirSync(folder).filter((file) => file.endsWith('.tmp'))).toEqual([]);
});
