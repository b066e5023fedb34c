/** `study gan`, by a script: its lines, its end, and going on after Ctrl+C; and once with the real
 * trainer. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeBench, realTrade } from './command-line.ts';
import type { Bench } from './command-line.ts';

describe('study gan', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = makeBench();
  });
  afterEach(() => bench.remove());

  it('tells each cell, and in the end the best generator and its sheets', async () => {
    const out = join(bench.folder, 'study');
    const { code, json } = await bench.trade('study', 'gan', '--out', out, '--episodes', '2', '--json');
    expect(code).toBe(0);
    expect(json().map((line) => line['event'])).toEqual([...Array(4).fill('cell.trained'), 'study.finished']);
    expect(json().at(-1)).toMatchObject({
      study: {
        ...{ agent: 'sac', cells: 4, out, generators: [{ sheet: 'generator-1.png' }, { sheet: 'generator-2.png' }] },
        best: {
          episode: 1,
          weights: 'generator-2.safetensors',
          side: 16,
          choices: [{ skips: [] }, { skips: [false] }],
        },
      },
    });
  });

  it('stops at Ctrl+C with code 130, and the same command goes on', async () => {
    const args = ['study', 'gan', '--out', join(bench.folder, 'study'), '--episodes', '2', '--json'];
    let sent = false;
    const cut = await bench.tradeWatched({ epochMs: 500 }, args, (stdout, child) => {
      if (!sent && stdout.includes('cell.trained')) child.kill('SIGINT');
      sent = true;
    });
    expect([cut.code, cut.stderr]).toEqual([130, expect.stringContaining('goes on from its last cell')]);
    const rest = await bench.trade(...args);
    expect(rest.code).toBe(0);
    expect([...cut.json(), ...rest.json()].filter(({ event }) => event === 'cell.trained')).toHaveLength(4);
  });

  it('is kept in the workspace where no folder is named, for the window to show', async () => {
    const short = ['study', 'gan', '--episodes', '1', '--cells', '1', '--agent', 'random', '--json'];
    expect((await bench.trade(...short)).code).toBe(0);
    expect((await bench.trade(...short, '--name', 'mine')).code).toBe(0);
    expect(readdirSync(join(bench.workspace, 'studies')).sort()).toEqual(['fashion-mnist-random-1', 'mine']);
    const both = await bench.trade(...short, '--name', 'mine', '--out', join(bench.folder, 'study'));
    expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('give one of them')]);
    const up = await bench.trade(...short, '--name', '../up');
    expect([up.code, up.stderr]).toEqual([2, expect.stringContaining('small letters, digits and - only')]);
  });

  it('refuses in words what it cannot do, with code 2', async () => {
    const { code, stderr } = await bench.trade('study', 'gan', '--out', join(bench.folder, 'x'), '--agent', 'luck');
    expect([code, stderr]).toEqual([2, expect.stringContaining('Allowed choices are sac, reinforce, random')]);
  });
});

describe('with the real trainer', () => {
  const folder = mkdtempSync(join(tmpdir(), 'study '));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('makes pictures and weights of real images', async () => {
    const out = join(folder, 'out');
    const small = ['--images', '100', '--epochs', '1', '--cells', '1', '--episodes', '1', '--agent', 'random'];
    const { code, stderr } = await realTrade(
      ...['study', 'gan', '--out', out, ...small, '--workspace', join(folder, 'workspace'), '--json'],
    );
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
    const names = ['generator-0001.png', 'generator-0001.safetensors', 'lock.sqlite', 'rows.jsonl', 'study.json'];
    expect(readdirSync(out).sort()).toEqual(names);
    expect(readFileSync(join(out, 'generator-0001.png')).subarray(1, 4).toString('latin1')).toBe('PNG');
  });
});
