/** Answers of pupils from the first command to another workspace, with the real trainer: a search
 * by layers over fusions that is killed on its way, a student of it as an ONNX file, and the run as
 * an archive. What only pictures can do ends one of them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { realTrade, realTradeWatched } from './command-line.ts';
import type { Outcome } from './command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'pupils '));
const [own, other] = [join(folder, 'workspace'), join(folder, 'other')];
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

async function last(workspace: string, ...args: string[]): Promise<Readonly<Record<string, unknown>>> {
  return lastOf(await realTrade(...args, '--workspace', workspace, '--json'));
}

function lastOf({ code, stderr, json }: Outcome): Readonly<Record<string, unknown>> {
  expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
  return json().at(-1) ?? {};
}

interface Shown {
  readonly state: string;
  readonly trials: readonly {
    readonly state: string;
    readonly config: Readonly<Record<string, unknown>>;
    readonly from?: unknown;
  }[];
}

it('are searched by fusions, resumed after a kill, exported and taken along', async () => {
  await last(
    own,
    ...['datasets', 'simulate', 'pupils', '--name', 'class', '--pupils', '24', '--answers', '12', '--steps', '6'],
  );
  const config = join(folder, 'search.json');
  const search = {
    ...{ name: 'pupils', dataset: 'class', families: ['fusion'], strategy: { id: 'smbo' }, seed: 2, slots: 1 },
    ...{ space: 'wide', levels: { fusion: { width: [8], units: [8] } }, objectives: ['accuracy'] },
    ...{ budget: { trials: 6 }, recipe: { epochs: 1, batchSize: 32, distillation: { loss: 'none' } } },
  };
  writeFileSync(config, JSON.stringify(search));
  const killed = await realTradeWatched(['search', config, '--workspace', own, '--json'], (stdout, child) => {
    if (stdout.split('trial.finished').length > 2) child.kill('SIGKILL');
  });
  expect([killed.code, killed.stderr.includes('Error')]).toEqual([null, false]);
  const { id } = killed.json()[0]?.['run'] as { readonly id: string }; // as the first line of a search says
  expect(await last(own, 'resume', id)).toMatchObject({ run: { state: 'finished', trials: 6, failed: 0 } });

  // Half of the budget goes to students of one layer; the others have one more, and a parent.
  const { run } = (await last(own, 'show', id)) as unknown as { readonly run: Shown }; // the verb's own line
  expect(run.trials.map(({ config: { layers } }) => layers)).toEqual([1, 1, 1, 2, 2, 2]);
  const why = await realTrade('show', id, '--why', '--workspace', own);
  expect(why.stdout).toMatch(/Of \d+ students with one layer 3 were tried\./);
  expect(why.stdout).toMatch(/The front has \d+ students?: activation .*; inputs .*; operation /);
  expect(why.stdout).toMatch(/they do not read: .* by \d/);

  const file = join(folder, 'student.onnx');
  expect(await last(own, 'export', `${id}/6`, '--out', file)).toMatchObject({ file });
  const archive = join(folder, 'run.trade');
  expect(await last(own, 'export-run', id, '--out', archive)).toMatchObject({ runs: 1 });
  expect(await last(other, 'import-runs', archive)).toMatchObject({ event: 'runs.imported' });
  expect(await last(other, 'show', id)).toMatchObject({ run: { state: 'finished' } });
  for (const workspace of [own, other])
    expect(await last(workspace, 'doctor')).toMatchObject({ ok: true, problems: [] });
}, 280_000);
