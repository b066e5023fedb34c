/** What a person names as an archive: a file is opened, all else is refused by what it is. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { WorkbenchError } from '../../src/core/errors.ts';
import { openArchiveFile } from '../../src/host/archive/file.ts';
import { temporaryFolder } from '../support/workspace.ts';

function folder(): string {
  const made = temporaryFolder('archive-file');
  mkdirSync(made, { recursive: true });
  return made;
}

function refusal(file: string): WorkbenchError {
  try {
    closeSync(openArchiveFile(file, 'Shown'));
  } catch (error) {
    if (error instanceof WorkbenchError) return error;
    throw error;
  }
  throw new Error(`${file} was opened`);
}

test('a file is opened for reading, behind a link too', () => {
  const at = folder();
  writeFileSync(join(at, 'a.trade'), 'content');
  symlinkSync('a.trade', join(at, 'link'));
  for (const name of ['a.trade', 'link']) {
    const descriptor = openArchiveFile(join(at, name), name);
    expect(readFileSync(descriptor, 'utf8')).toBe('content');
    closeSync(descriptor);
  }
});

// A window shows these words, and marks the field by what `place.file` says.
test('what is no file is refused by what it is, and nothing stays open', async () => {
  const at = folder();
  mkdirSync(join(at, 'folder'));
  writeFileSync(join(at, 'file'), '');
  execFileSync('mkfifo', [join(at, 'pipe')]);
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(join(at, 'socket'), resolve));
  const open = readdirSync('/proc/self/fd').length;
  const cases = [
    ['folder', '"Shown" is a folder, not a file'],
    ['pipe', '"Shown" is a pipe, not a file'],
    ['socket', '"Shown" is a socket, not a file'],
    ['missing', '"Shown" cannot be read (it is not there)'],
    ['file/below', '"Shown" cannot be read (ENOTDIR)'],
  ] as const;
  for (const [name, words] of cases) {
    const error = refusal(join(at, name));
    expect(error.code).toBe('usage.invalid');
    expect(error.message).toContain(words);
    expect(error.place).toEqual({ file: join(at, name) });
  }
  expect(refusal('/dev/null').message).toContain('is a device');
  expect(readdirSync('/proc/self/fd')).toHaveLength(open);
  server.close();
});
