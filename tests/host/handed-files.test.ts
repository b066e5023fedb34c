/** What a window hands over stays in its folder, comes whole or not at all, and goes when nobody
 * wants it any more. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { handPiecesInput, PIECE_BYTES } from '../../src/bridge/schemas/file.ts';
import { WorkbenchError } from '../../src/core/errors.ts';
import { createHandedFiles } from '../../src/host/workspace/handed-files.ts';
import type { HandedFiles } from '../../src/host/workspace/handed-files.ts';
import { temporaryFolder } from '../support/fake-host.ts';

let folder: ReturnType<typeof temporaryFolder>;
let temp: string;
let handed: HandedFiles;
beforeEach(() => {
  folder = temporaryFolder();
  temp = join(folder.path, 'tmp');
  handed = createHandedFiles(temp);
});
afterEach(() => folder.remove());

const piece = (path: string, text = 'x', offset = 0) => ({ path, offset, data: new Uint8Array(Buffer.from(text)) });
const below = (place: string): readonly string[] =>
  existsSync(place) ? readdirSync(place, { recursive: true }).map(String).sort() : [];

describe('names of files', () => {
  it.each(['/etc/passwd', '../up', 'a/../../up', 'a//b', 'a/', '.', 'a\\..\\up', 'a\0b', 'a\nb', 'x'.repeat(256), ''])(
    'are refused where they are none: %j',
    (path) => {
      expect(handPiecesInput.safeParse({ id: 'some-files', pieces: [piece(path)] }).success).toBe(false);
    },
  );

  it('never lead out of the folder, whatever they are', () => {
    const names = fc.oneof(fc.constantFrom('..', '.', '', 'a', 'C:', '~', '%2e%2e', '...', '\u202e'), fc.string());
    const property = fc.property(fc.array(names, { minLength: 1, maxLength: 6 }), (parts) => {
      const id = `files-${Math.abs(parts.join().length)}-x`;
      const parsed = handPiecesInput.safeParse({ id, pieces: [piece(parts.join('/'))] });
      if (!parsed.success) return;
      try {
        handed.put(id, parsed.data.pieces);
      } catch (error) {
        expect(error).toBeInstanceOf(WorkbenchError);
      }
      expect(readdirSync(folder.path)).toEqual(['tmp']);
      expect(readdirSync(temp).every((name) => /^handed-\d+$/.test(name))).toBe(true);
    });
    fc.assert(property, { numRuns: 300 });
  });
});

it('keeps what came in pieces, as it was', () => {
  handed.put('some-files', [piece('a/one', 'on'), piece('two', '')]);
  handed.put('some-files', [piece('a/one', 'e', 2), piece('b', 'B')]);
  const { folder: place } = handed.hold('some-files');
  expect(below(place)).toEqual(['a', 'a/one', 'b', 'two']);
  expect(readFileSync(join(place, 'a/one'), 'utf8')).toBe('one');
});

it.each([
  ['out of turn', [piece('a', 'x', 5)]],
  ['twice', [piece('a'), piece('a')]],
  ['below a file', [piece('a'), piece('a/b')]],
])('refuses a piece that comes %s, in words', (_how, pieces) => {
  expect(() => handed.put('some-files', pieces)).toThrow(WorkbenchError);
});

it('takes no more in one message than its shells do', () => {
  const half = new Uint8Array(PIECE_BYTES / 2 + 1);
  const pieces = ['a', 'b'].map((path) => ({ path, offset: 0, data: half }));
  expect(handPiecesInput.safeParse({ id: 'some-files', pieces }).success).toBe(false);
});

it('goes when it is dropped, but not under whoever reads it', () => {
  handed.put('some-files', [piece('a')]);
  const { folder: place, release } = handed.hold('some-files');
  handed.drop('some-files');
  expect(below(place)).toEqual(['a']);
  expect(() => handed.hold('some-files')).toThrow('choose them again');
  expect(() => handed.put('some-files', [piece('b')])).toThrow('choose them again');
  release();
  expect(below(temp)).toEqual([]);
});

it('gives the oldest up where windows never drop theirs, but none that is being read', () => {
  handed.put('read-now', [piece('a')]);
  const { folder: read } = handed.hold('read-now');
  for (let number = 0; number < 30; number += 1) handed.put(`files-number-${number}`, [piece('a')]);
  expect(readdirSync(temp)).toHaveLength(8);
  expect(below(read)).toEqual(['a']);
  expect(() => handed.hold('files-number-0')).toThrow('choose them again');
  expect(below(handed.hold('files-number-29').folder)).toEqual(['a']);
});

it('tells the one file of a table', () => {
  handed.put('a-large-table', [piece('table.json', '{}')]);
  expect(readFileSync(handed.file('a-large-table'), 'utf8')).toBe('{}');
  expect(() => handed.file('another-one')).toThrow('choose them again');
});
