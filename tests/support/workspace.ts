/** Throw-away workspaces for tests. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { AdoptedFile, WorkspaceFiles } from '../../src/store/files.ts';
import { openInMemory } from '../../src/store/migrate.ts';
import { createSqliteStore } from '../../src/store/sqlite-store.ts';
import type { WritableStore } from '../../src/store/store.ts';
import { openWorkspace, type Workspace } from '../../src/store/workspace.ts';

/** A folder that is gone after the test; `name` may hold whatever people put into folder names. */
export function temporaryFolder(name = 'workspace'): string {
  const parent = mkdtempSync(join(tmpdir(), 'trade-test-'));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true, maxRetries: 5 }));
  return join(parent, name);
}

/** An open workspace in a folder of its own, closed and gone after the test. Times tick a second at
 * each question. */
export function temporaryWorkspace(name?: string): Workspace {
  const directory = temporaryFolder(name);
  const workspace = openWorkspace(directory, { now: tickingClock() });
  onTestFinished(() => workspace.close());
  return workspace;
}

/** A store that no disk knows, gone after the test; for what stands on a store. */
export function storeInMemory(): WritableStore {
  const store = createSqliteStore(openInMemory(), { fence: 's000001-memory', now: tickingClock() });
  onTestFinished(() => store.close());
  return store;
}

export function tickingClock(): () => Date {
  let seconds = 0;
  return () => new Date(Date.UTC(2026, 0, 1) + 1000 * seconds++);
}

/** Writes a file as a trainer would and takes it in, at one stroke. */
export function adoptText(files: WorkspaceFiles, name: string, text: string): AdoptedFile {
  const file = join(files.temp, name);
  writeFileSync(file, text);
  const facts = { bytes: Buffer.byteLength(text), sha256: createHash('sha256').update(text).digest('hex') };
  return files.adopt(file, name, facts);
}
