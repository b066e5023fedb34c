/** What an export leaves beside its file: nothing when it ends, and what a kill left goes with the
 * next one. */
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeBeside } from '../../src/host/workspace/beside.ts';

const ENTRY = join(import.meta.dirname, '../../src/host/workspace/beside.ts');
let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'beside-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A process that begins to write beside `x` and waits; gives the name of its folder. */
async function beginning(): Promise<{ readonly name: string; kill(): Promise<void> }> {
  const code = `const { makeBeside } = await import(${JSON.stringify(ENTRY)});
    process.stdout.write(makeBeside(${JSON.stringify(join(folder, 'x'))}));
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  const name = await new Promise<string>((resolve) =>
    child.stdout.once('data', (data) => resolve(basename(String(data)))),
  );
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    name,
    kill: () => {
      child.kill('SIGKILL');
      return gone;
    },
  };
}

test('what a killed export left goes with the next one, and what one under way has stays', async () => {
  const [dead, alive] = [await beginning(), await beginning()];
  writeFileSync(join(folder, dead.name, 'archive.partial'), 'half');
  await dead.kill();
  const mine = basename(makeBeside(join(folder, 'x')));
  const left = readdirSync(folder).sort();
  await alive.kill();
  expect(left).toEqual([mine, alive.name].sort());
});

test('nothing goes that is not such a folder: files, links, names that are nearly ours, other machines', async () => {
  const { name, kill } = await beginning();
  await kill();
  rmSync(join(folder, name), { recursive: true });
  const kept = mkdtempSync(join(tmpdir(), 'kept-'));
  writeFileSync(join(kept, 'thesis.txt'), 'mine');
  const number = name.split('-').at(-2) ?? '';
  const names = [
    ...[
      `.trade-export-00000000-${number}-0123456789ab`,
      `${name}.bak`,
      `x${name}`,
      '.trade-export-abc',
      'trade-export',
    ],
    ...[name.replace(/[0-9a-f]{12}$/, 'Z'.repeat(12)), '.x.trade.1.tmp'],
  ];
  for (const one of names) mkdirSync(join(folder, one));
  writeFileSync(join(folder, name), 'a file of that name');
  const linked = name.replace(/[0-9a-f]{12}$/, '0'.repeat(12));
  symlinkSync(kept, join(folder, linked));
  writeFileSync(join(folder, 'x.partial'), 'somebody’s');
  const mine = basename(makeBeside(join(folder, 'x')));
  expect(readdirSync(folder).sort()).toEqual([...names, name, linked, 'x.partial', mine].sort());
  expect(readdirSync(kept)).toEqual(['thesis.txt']);
  rmSync(kept, { recursive: true });
});

test('a folder that may not be written to says so by the file system’s own code', () => {
  chmodSync(folder, 0o500);
  if (process.getuid?.() !== 0)
    expect(() => makeBeside(join(folder, 'x'))).toThrow(expect.objectContaining({ code: 'EACCES' }));
  chmodSync(folder, 0o700);
  expect(() => makeBeside(join(folder, 'none', 'x'))).toThrow(expect.objectContaining({ code: 'ENOENT' }));
});
