/** Nothing of a bad file gets into a workspace. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createWriteStream,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { finished as streamEnd } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Manifest } from '../../src/bridge/schemas/archive.ts';
import type { Workspace } from '../../src/store/workspace.ts';
import { temporaryFolder } from '../support/workspace.ts';
import { createArchives } from '../../src/host/archive/archives.ts';
import { filled, packed, stage, canonical, problems, RESOURCES } from '../support/archives.ts';

describe('a bad file', () => {
  let into: Workspace;
  let before: readonly string[];

  beforeEach(() => {
    into = filled('old');
    before = canonical(into);
  });

  const RECORDS = 'runs/x/records.jsonl';
  const facts = (path: string, data: Buffer) => ({
    ...{ path, bytes: data.length },
    sha256: createHash('sha256').update(data).digest('hex'),
  });
  const manifestOf = (files: Readonly<Record<string, Buffer>>, more: Partial<Manifest> = {}): Manifest => ({
    ...({
      format: 'trade-archive',
      version: 1,
      schema: 4,
      kind: 'run',
      program: '1',
      packedAt: 'now',
      views: [],
    } as const),
    runs: [{ id: 'x', name: 'X', records: 'a'.repeat(64) }],
    files: Object.entries(files).map(([path, data]) => facts(path, data)),
    ...more,
  });

  async function zipped(manifest: unknown, files: Readonly<Record<string, Buffer>>, patch?: (zip: Buffer) => Buffer) {
    const zip = new ZipFile();
    if (manifest !== undefined) zip.addBuffer(Buffer.from(JSON.stringify(manifest)), 'manifest.json');
    for (const [path, data] of Object.entries(files)) zip.addBuffer(data, path);
    zip.end();
    const folder = temporaryFolder('bad');
    mkdirSync(folder);
    const file = join(folder, 'bad.trade');
    const output = createWriteStream(file);
    zip.outputStream.pipe(output);
    await streamEnd(output);
    if (patch) writeFileSync(file, patch(readFileSync(file)));
    return file;
  }

  async function refused(file: string, words: RegExp, code = 'usage.invalid'): Promise<void> {
    await expect(stage(into, file)).rejects.toMatchObject({ code, message: expect.stringMatching(words) });
    expect(canonical(into)).toEqual(before);
    expect(readdirSync(into.directory)).not.toContain('evil');
    expect(problems(into)).toEqual([]);
  }

  const lines = (...records: readonly unknown[]): Buffer =>
    Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''));

  test('that is no zip, or half of one', async () => {
    const folder = temporaryFolder('bad');
    mkdirSync(folder);
    const file = join(folder, 'bad.trade');
    writeFileSync(file, 'PK but nothing else');
    await refused(file, /cannot be taken in/);
    const good = await packed(filled('run_1'));
    truncateSync(good, 900);
    await expect(stage(into, good)).rejects.toMatchObject({ code: 'usage.invalid' });
  });

  test('of another program, or without a manifest', async () => {
    await refused(await zipped({ format: 'other' }, {}), /no archive of the TRADE workbench/);
    await expect(stage(into, await zipped(undefined, { 'a.txt': Buffer.from('a') }))).rejects.toThrow(/does not begin/);
  });

  test('of a newer version is told apart from a broken one', async () => {
    await refused(
      await zipped({ format: 'trade-archive', version: 2, schema: 4, odd: 1 }, {}),
      /newer/,
      'workspace.newer',
    );
    const later = { ...manifestOf({}), schema: 99 };
    await expect(stage(into, await zipped(later, {}))).rejects.toMatchObject({ code: 'workspace.newer' });
  });

  // yazl refuses to write such a name: another of the same length is put in its place.
  test.each(['../../evil/xx', '/absolute/xxx', 'runs/../../xx', 'teachers/.x/y', 'runs\\x\\y\\z.js'])(
    'with the path %s',
    async (path) => {
      const harmless = 'z'.repeat(path.length);
      const data = Buffer.from('evil');
      const manifest = { ...manifestOf({}), files: [facts(path, data)] };
      const file = await zipped(manifest, { [harmless]: data }, (zip) =>
        Buffer.from(zip.toString('latin1').replaceAll(harmless, path), 'latin1'),
      );
      await refused(file, /cannot be taken in/);
    },
  );

  test('that holds more, less or other than its manifest says', async () => {
    const data = Buffer.from('weights');
    const path = 'runs/x/checkpoints/0-final.safetensors';
    await refused(await zipped(manifestOf({}), { [path]: data }), /does not name/);
    const again = (manifest: Manifest, files: Readonly<Record<string, Buffer>>) => zipped(manifest, files);
    await expect(stage(into, await again(manifestOf({ [path]: data }), {}))).rejects.toThrow(/is missing/);
    await expect(
      stage(into, await again(manifestOf({ [path]: data }), { [path]: Buffer.from('WEIGHTS') })),
    ).rejects.toThrow(/other content/);
    await expect(stage(into, await again(manifestOf({ [path]: data }), { [path]: Buffer.from('w') }))).rejects.toThrow(
      /bytes where/,
    );
  });

  test('that would fill the disk is refused before it is unpacked', async () => {
    const huge = { path: 'runs/x/checkpoints/0-final.safetensors', bytes: 1e15, sha256: 'a'.repeat(64) };
    await refused(await zipped({ ...manifestOf({}), files: [huge] }, {}), /make room/, 'disk.full');
  });

  test.each([
    ['unknown tables', [['pragma', 1]], /unknown/],
    ['too few values', [['run', 'a']], /values/],
    ['objects for values', [['run_tag', { a: 1 }]], /no plain value/],
    ['a row of nobody', [['run_tag', 'a']], /FOREIGN KEY/],
    ['no list', [{ a: 1 }], /no list/],
  ] as const)('with records of %s', async (_what, records, words) => {
    const files = { [RECORDS]: lines(...records) };
    await refused(await zipped(manifestOf(files), files), words);
  });

  test('with records that break off, or that a window could not show', async () => {
    const cut = { [RECORDS]: Buffer.from('["run_tag","a"]') };
    await refused(await zipped(manifestOf(cut), cut), /break off/);
    const run = ['run', 'X', 'finished', '{"name":"X"}', 1, null, 0, 'now', null, 1, '{}', '', null, 0];
    const odd = { [RECORDS]: lines(run) };
    await expect(stage(into, await zipped(manifestOf(odd), odd))).rejects.toMatchObject({ code: 'usage.invalid' });
  });
});

/** A pipe that nobody writes to: opening it as a file waits for ever. */
function makePipe(): string {
  const folder = temporaryFolder('pipe');
  mkdirSync(folder);
  const file = join(folder, 'x.trade');
  execFileSync('mkfifo', [file]);
  return file;
}

describe.skipIf(process.platform === 'win32')('what is no file is refused at once, and keeps nobody waiting', () => {
  test('to be taken in', async () => {
    const into = filled('old');
    const pipe = makePipe();
    await expect(stage(into, pipe)).rejects.toMatchObject({
      code: 'usage.invalid',
      message: expect.stringMatching(/is a pipe, not a file/),
    });
    const folder = temporaryFolder('folder.trade');
    mkdirSync(folder);
    await expect(stage(into, folder)).rejects.toThrow(/is a folder, not a file/);
    await expect(stage(into, '/dev/zero')).rejects.toThrow(/is a device, not a file/);
    await expect(stage(into, join(folder, 'none.trade'))).rejects.toMatchObject({
      code: 'usage.invalid',
      message: expect.stringMatching(/it is not there/),
    });
    const linked = join(folder, 'link.trade');
    symlinkSync(pipe, linked);
    await expect(stage(into, linked)).rejects.toThrow(/is a pipe, not a file/);
  });

  test('to be offered by a double-click; a link to a file is one', async () => {
    const into = filled('old');
    const parts = { workspace: into, resources: RESOURCES, version: '1', now: () => new Date(0) };
    let offers = 0;
    const nowhere = {} as never; // no job is begun here
    const archives = createArchives({
      ...{ ...parts, runs: nowhere, jobs: nowhere, changed: () => undefined },
      offering: () => (offers += 1),
    });
    expect(() => archives.offer(makePipe())).toThrow(/is a pipe, not a file/);
    expect([archives.offered(), offers]).toEqual([[], 0]);
    const file = await packed(into, 'old');
    const linked = join(file, '..', 'link.trade');
    symlinkSync(file, linked);
    archives.offer(linked);
    expect(archives.offered()).toMatchObject([{ name: 'link.trade' }]);
  });
});
