/** `show --setup` and `search -`: a run says what it is, and a shell does the same once more. */
import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stableJson } from '../../scripts/record-table/stable-json.ts';
import { makeBench, SMALL } from './command-line.ts';
import type { Bench } from './command-line.ts';

interface Setup {
  readonly run: { readonly id: string; readonly config: Readonly<Record<string, unknown>> };
  readonly search: Readonly<Record<string, unknown>>;
  readonly sources: { readonly machines: readonly { readonly backend?: string }[] };
}

describe('show --setup', () => {
  let bench: Bench;
  let id: string;
  const setupOf = async (run: string): Promise<Setup> => {
    const { code, json } = await bench.trade('show', run, '--setup', '--json');
    expect(code).toBe(0);
    return (json()[0] as { setup: Setup }).setup;
  };
  beforeAll(async () => {
    bench = makeBench();
    const config = bench.config({ ...SMALL, name: `It's "small" $HOME`, budget: { trials: 2 } });
    id = ((await bench.trade('search', config, '--json')).json().at(-1) as { run: { id: string } }).run.id;
  });
  afterAll(() => bench.remove());

  it.skipIf(process.platform === 'win32')('ends with a command that does the same once more', async () => {
    const { code, stdout } = await bench.trade('show', id, '--setup');
    expect(code).toBe(0);
    for (const words of ['Trainers side by side', 'Fashion-MNIST (fashion-mnist)', 'fake 1.0.0', 'Learning rate']) {
      expect(stdout).toContain(words);
    }
    const command = stdout.slice(stdout.indexOf('trade search -'));
    const trade = join(bench.folder, 'trade');
    const cli = fileURLToPath(new URL('../support/fake-cli.ts', import.meta.url));
    const quoted = [process.execPath, cli, bench.resources].map((word) => `'${word}'`).join(' ');
    writeFileSync(trade, `#!/bin/sh\nexec ${quoted} "$@" --workspace '${bench.workspace}' --json\n`);
    chmodSync(trade, 0o755);
    const env = { ...process.env, PATH: `${bench.folder}:${process.env['PATH']}` };
    const again = spawnSync('/bin/sh', ['-c', command], { env, encoding: 'utf8' });
    expect([again.status, again.stderr]).toEqual([0, expect.stringContaining('Student 2')]);
    const last = JSON.parse(again.stdout.trim().split('\n').at(-1) ?? '') as { run: { id: string } };
    const [first, second] = [await setupOf(id), await setupOf(last.run.id)];
    expect(second.run.id).not.toBe(first.run.id);
    expect(stableJson(second.run.config)).toBe(stableJson(first.run.config));
    expect(second.search).toEqual(first.search);
    expect(first.sources.machines.map(({ backend }) => backend)).toEqual(['fake 1.0.0']);
  });

  it('is refused beside the log, and of a run that is not there', async () => {
    const both = await bench.trade('show', id, '--setup', '--log');
    expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('cannot be used with')]);
    const none = await bench.trade('show', 'nowhere', '--setup');
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('There is no run "nowhere"')]);
  });

  it('names standard input where a search from there is wrong', () => {
    const cli = fileURLToPath(new URL('../support/fake-cli.ts', import.meta.url));
    const args = [cli, bench.resources, 'search', '-', '--workspace', bench.workspace];
    const wrong = (input: string) => spawnSync(process.execPath, args, { input, encoding: 'utf8' });
    const misspelled = wrong('{"name": "x", "seeds": 1}');
    expect([misspelled.status, misspelled.stderr]).toEqual([2, expect.stringContaining('standard input: unknown key')]);
    expect(wrong('').status).toBe(2);
  });
});
