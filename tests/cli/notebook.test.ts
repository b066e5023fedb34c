/** What people take into Python or a spreadsheet: the notebook runs on a workspace, and a run is a
 * CSV file. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { generateWorkspace } from '../../scripts/make-workspace/generate.ts';
import { runProgram } from '../../src/cli/program.ts';
import { openReadable } from '../../src/store/workspace.ts';

const NOTEBOOK = resolve(import.meta.dirname, '../../docs/workspace.ipynb');
const python = process.env['TRADE_PYTHON'] ?? 'python3';
const hasPandas = spawnSync(python, ['-c', 'import pandas, matplotlib']).status === 0;
const why = hasPandas ? '' : ` SKIP: ${python} has no pandas and matplotlib; TRADE_PYTHON names one that has`;

const folder = mkdtempSync(join(tmpdir(), 'trade notebook ü '));
const workspace = join(folder, 'workspace');

beforeAll(() => generateWorkspace(workspace, { runs: 3, trials: 60, epochs: 2, large: 20, seed: 7 }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.skipIf(!hasPandas)(`every cell of the notebook runs, and its front is ours${why}`, { timeout: 120_000 }, () => {
  const { cells } = JSON.parse(readFileSync(NOTEBOOK, 'utf8')) as {
    cells: readonly { cell_type: string; source: readonly string[] }[];
  };
  const script = cells.filter((cell) => cell.cell_type === 'code').map(({ source }) => source.join(''));
  const told = [...script, 'print(" ".join(str(n) for n in sorted(front["params"])))'].join('\n');
  const figure = join(folder, 'front.png');
  const env = { ...process.env, TRADE_WORKSPACE: workspace, TRADE_FIGURE: figure, MPLBACKEND: 'Agg' };
  const { status, stdout, stderr } = spawnSync(python, ['-W', 'error', '-c', told], { env, encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  expect(existsSync(figure)).toBe(true);

  const { store, close } = openReadable(workspace);
  const [newest] = store.runs({ order: { by: 'started', descending: true } }).rows;
  const students = store
    .trials(newest?.run.id ?? '')
    .flatMap(({ state, metrics, params }) =>
      state === 'finished' && Number.isFinite(metrics['accuracy'])
        ? [{ params, accuracy: metrics['accuracy'] ?? 0 }]
        : [],
    );
  close();
  const front = students.filter(
    (one) =>
      !students.some(
        (other) =>
          other.params <= one.params &&
          other.accuracy >= one.accuracy &&
          (other.params < one.params || other.accuracy > one.accuracy),
      ),
  );
  const sizes = new Set(front.map(({ params }) => params));
  expect(new Set(stdout.trim().split('\n').at(-1)?.split(' ').map(Number))).toEqual(sizes);
});

test('a run is a CSV file: a row a student, a column a dimension, numbers unrounded', async () => {
  const { store, close } = openReadable(workspace);
  const [first] = store.runs().rows;
  const trials = store.trials(first?.run.id ?? '');
  close();
  let said = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  const code = await runProgram(['show', first?.run.id ?? '', '--format', 'csv', '--workspace', workspace]);
  write.mockRestore();
  expect(code).toBe(0);
  const [head = '', ...rows] = said.trimEnd().split('\n');
  const columns = head.split(',');
  expect(columns.slice(0, 4)).toEqual(['number', 'state', 'family', 'accuracy']);
  expect(rows).toHaveLength(trials.length);
  const params = rows.map((row) => Number(row.split(',')[columns.indexOf('params')]));
  expect(params).toEqual(trials.map((trial) => trial.params));
});
