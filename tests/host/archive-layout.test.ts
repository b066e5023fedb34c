/** A path of an archive is one of ours letter by letter, or none: what stands around it counts. */
import { describe, expect, test } from 'vitest';
import { checkpointPath, foldedName, readPath, recordsPath } from '../../src/host/archive/layout.ts';

describe('a path of an archive', () => {
  test('that we write is read back as what it was written for', () => {
    expect(readPath(recordsPath('run-1'))).toEqual({ kind: 'records', run: 'run-1' });
    for (const of of ['best', 'epoch', 'final']) {
      const read = { kind: 'checkpoint', run: 'run_1', trial: 120, of };
      expect(readPath(checkpointPath('run_1', 120, of))).toEqual(read);
    }
    expect(readPath('replays/a.trade-replay.json')).toEqual({ kind: 'other', unit: 'replays/a.trade-replay.json' });
    expect(readPath('teachers/big/teacher.json')).toEqual({ kind: 'other', unit: 'teachers/big' });
    expect(readPath('datasets/set/raw/images.gz')).toEqual({ kind: 'other', unit: 'datasets/set' });
  });

  test.each([
    'x/runs/a/records.jsonl',
    'runs/a/records.jsonl/x',
    'runs/a/records.jsonl.exe',
    'x/runs/a/checkpoints/1-final.safetensors',
    'runs/a/checkpoints/1-final.safetensors.exe',
    'runs/a/checkpoints/1-worst.safetensors',
    'runs/a/checkpoints/1234567890-final.safetensors',
    `runs/${'a'.repeat(57)}/records.jsonl`,
    'runs/.a/records.jsonl',
    'x/teachers/big/teacher.json',
    'teachers/big',
    'teachers/a/b/c/d',
    'teachers/.big/teacher.json',
    `teachers/${'a'.repeat(121)}/teacher.json`,
    'teachers/big/.DS_Store',
    'teachers/../x/y',
    'teachers//x',
    '__MACOSX/teachers/big/teacher.json',
    '/teachers/big/teacher.json',
    'teachers\\big\\teacher.json',
    'teachers/big/teacher.json\n',
    'runs/a b/records.jsonl',
    'backups/x',
    'workspace.sqlite',
    'replays/a/b',
    'replays/../a',
  ])('%s is none', (path) => expect(readPath(path)).toBeUndefined());

  // Windows opens a device for these, wherever they stand, and drops a dot at the end.
  test.each([
    'teachers/con/teacher.json',
    'teachers/COM1/teacher.json',
    'teachers/lpt9.old/teacher.json',
    'teachers/big/nul.txt',
    'replays/aux',
    'runs/aux/records.jsonl',
    'teachers/big./teacher.json',
    'teachers/big/teacher.json.',
  ])('%s is none, as Windows takes it for something else', (path) => expect(readPath(path)).toBeUndefined());

  test.each(['teachers/falcon/teacher.json', 'teachers/lptx/teacher.json', 'teachers/console/teacher.json'])(
    '%s is one, though a device has such letters',
    (path) => expect(readPath(path)).toMatchObject({ kind: 'other' }),
  );

  test('is one with another where a file system does not tell letters apart', () => {
    expect(foldedName('Größe')).toBe(foldedName('GRÖSSE'.replace('SS', 'ß').normalize('NFD')));
    expect(foldedName('Big')).toBe('big');
  });
});
