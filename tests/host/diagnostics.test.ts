/** What is copied into a report of a fault says what is there, and not who the person is. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createDiagnostics, testing } from '../../src/host/workspace/diagnostics.ts';
import { storedFiles } from '../../src/store/files.ts';
import { temporaryFolder } from '../support/fake-host.ts';
import { storeInMemory } from '../support/workspace.ts';

const { withoutHome } = testing;

const folders: { remove(): void }[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove();
});

function open() {
  const folder = temporaryFolder();
  folders.push(folder);
  const workspace = folder.path;
  const files = storedFiles(workspace);
  mkdirSync(join(files.folders.teachers, 'mine'), { recursive: true });
  mkdirSync(files.folders.logs, { recursive: true });
  writeFileSync(join(files.folders.teachers, 'mine/weights.safetensors'), Buffer.alloc(3000));
  writeFileSync(join(workspace, 'workspace.sqlite'), Buffer.alloc(500));
  writeFileSync(join(workspace, 'workspace.sqlite-wal'), Buffer.alloc(100));
  const logFile = join(files.folders.logs, 'host.log');
  const lines = Array.from({ length: 100 }, (_, line) => JSON.stringify({ line, file: join(homedir(), 'secret') }));
  writeFileSync(logFile, `${lines.join('\n')}\n`);
  const system = { version: '1.2.3', workspace, shell: 'cli', platform: 'linux', node: '24' } as const;
  return createDiagnostics({
    ...{ store: storeInMemory(), files, system, logFile },
    ...{ backend: () => undefined, now: () => new Date(0) },
  });
}

describe('diagnostics', () => {
  it('weigh the database with its log of changes, and every folder with what is deep in it', async () => {
    const sizes = await open().sizes();
    expect(sizes[0]?.kind).toBe('logs');
    expect(sizes.slice(1, 3)).toEqual([
      { kind: 'teachers', bytes: 3000 },
      { kind: 'database', bytes: 600 },
    ]);
    // Folders that are not there take nothing.
    expect(sizes.slice(3).every(({ bytes }) => bytes === 0)).toBe(true);
  });

  it('have the last lines of the log, and no home folder', async () => {
    const text = await open().text();
    expect(text).toContain('TRADE workbench 1.2.3 (cli), 1970-01-01');
    expect(text).toContain('"line":99');
    expect(text).not.toContain('"line":9,');
    expect(text).not.toContain(homedir());
    expect(text).toContain(`~${join('/', 'secret')}`);
  });

  it('know the home folder as JSON writes it, and do not take a root for one', () => {
    expect(withoutHome('{"a":"C:\\\\Users\\\\Ada\\\\x"} C:\\Users\\Ada', 'C:\\Users\\Ada')).toBe('{"a":"~\\\\x"} ~');
    expect(withoutHome('/etc/passwd', '/')).toBe('/etc/passwd');
  });
});
