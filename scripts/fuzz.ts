/**
 * Every test that throws hostile inputs at the program, with as many inputs as one likes, and one
 * table of what came of them. The exit code is 1 where an input got anything but an answer or an
 * error of ours. Needs Node 24.
 *
 *   npm run fuzz -- [--sockets] [--archives] [--folders] [--inputs 10000] [--json]
 *
 * `--sockets`: connections to the web shell alone; `--archives`: archives with right hashes and
 * hostile records alone; `--folders`: folders of others, named to every verb; without any of them,
 * everything. `--inputs` are those of each kind of file, of each method of the contract,
 * connections and archives (`FUZZ` in the environment says the same). With `--json` the last line
 * of stdout is the table. Archives are written to the system's folder for temporary files: with
 * `TMPDIR` in memory they go several times as fast.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { tabulate } from './fuzz/table.ts';
import type { FuzzRow } from './fuzz/table.ts';

/** A process for each, so that one that dies takes no other's inputs with it. */
const FILES = {
  others: [
    'tests/host/imported-files.test.ts',
    'tests/compute/data/import/bad-input.test.ts',
    'tests/host/fuzz.test.ts',
  ],
  archives: ['tests/host/hostile-archives.test.ts'],
  sockets: ['tests/faults/hostile-sockets.test.ts'],
  folders: ['tests/host/foreign-folders.test.ts'],
};
const ROOT = resolve(import.meta.dirname, '..');

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: process.env['FUZZ'] ?? '1000' },
    json: { type: 'boolean', default: false },
    sockets: { type: 'boolean', default: false },
    archives: { type: 'boolean', default: false },
    folders: { type: 'boolean', default: false },
  },
});
const inputs = Number(values.inputs);
if (!Number.isInteger(inputs) || inputs < 1) {
  process.stderr.write('--inputs must be a whole number of 1 or more.\n');
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const started = performance.now();
const rows: FuzzRow[] = [];
let failed = false;
const asked = (['sockets', 'archives', 'folders'] as const).filter((name) => values[name]);
const files = asked.length > 0 ? asked.flatMap((name) => FILES[name]) : Object.values(FILES).flat();
for (const [index, file] of files.entries()) {
  process.stderr.write(`${file}, ${inputs} inputs each\n`);
  const tally = join(folder, `${index}.jsonl`);
  const began = performance.now();
  const { code, output } = await run(file, tally);
  process.stderr.write(`  ${((performance.now() - began) / 60_000).toFixed(1)} minutes\n`);
  failed ||= code !== 0;
  rows.push(...tabulate(read(tally), output));
  if (code !== 0) process.stderr.write(`${output}\n`);
}

const minutes = (performance.now() - started) / 60_000;
if (values.json) process.stdout.write(`${JSON.stringify({ inputs, minutes, rows })}\n`);
else {
  const wide = Math.max(...rows.map(({ kind }) => kind.length));
  process.stdout.write(`${'kind'.padEnd(wide)}  inputs  untyped errors  crashes  hangs\n`);
  for (const { kind, inputs: tried, untyped, crashes, hangs } of rows) {
    const figures = [String(tried).padStart(6), String(untyped).padStart(14), String(crashes).padStart(7)];
    process.stdout.write(`${[kind.padEnd(wide), ...figures, String(hangs).padStart(5)].join('  ')}\n`);
  }
  process.stdout.write(`${minutes.toFixed(1)} minutes.\n`);
}
process.exit(failed ? 1 : 0);

function run(file: string, tally: string): Promise<{ readonly code: number | null; readonly output: string }> {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', '--reporter=dot', file], {
    cwd: ROOT,
    env: { ...process.env, FUZZ: String(inputs), FUZZ_TALLY: tally },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  return new Promise((ended) => child.once('close', (code) => ended({ code, output })));
}

function read(tally: string): string {
  try {
    return readFileSync(tally, 'utf8');
  } catch {
    // Nothing was begun: the output says why.
    return '';
  }
}
