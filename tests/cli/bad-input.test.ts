/** Bad input: one message with file and field, exit code 2, and nothing written. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWorkspace } from '../../src/store/workspace.ts';
import { makeBench, realTrade, SMALL } from './command-line.ts';
import type { Bench, Outcome } from './command-line.ts';

let bench: Bench;
beforeEach(() => {
  bench = makeBench();
});
afterEach(() => bench.remove());

/** One message, no stack, no stdout. */
function expectMessage({ code, stdout, stderr }: Outcome, ...parts: readonly string[]): void {
  for (const part of parts) expect(stderr).toContain(part);
  expect(stderr).not.toMatch(/^ {4}at /m);
  expect(stdout).toBe('');
  expect(code).toBe(2);
}

const runs = async (): Promise<unknown> => (await bench.trade('runs', '--json')).json()[0]?.['runs'];

describe('a config that is wrong by itself', () => {
  it.each([
    { what: 'a misspelled key', content: { ...SMALL, budgte: { trials: 2 } }, says: ['budgte', 'budget'] },
    {
      what: 'a misspelled key inside',
      content: { ...SMALL, recipe: { epoch: 2 } },
      says: ['recipe.epoch', 'epochs'].slice(1),
    },
    { what: 'a wrong type', content: { ...SMALL, budget: { trials: 'ten' } }, says: ['budget.trials'] },
    { what: 'a number out of range', content: { ...SMALL, recipe: { epochs: 0 } }, says: ['recipe.epochs'] },
    { what: 'text that is no JSON', content: '{ "name": ', says: ['not JSON'] },
    { what: 'a list', content: [], says: ['expected'] },
  ])('names file and field of $what, and does not even make the workspace', async ({ content, says }) => {
    const file = bench.config(content);
    expectMessage(await bench.trade('search', file, '--json'), file, ...says);
    expect(existsSync(bench.workspace)).toBe(false);
  });

  it('names a config file that is not there', async () => {
    const file = join(bench.folder, 'missing.json');
    expectMessage(await bench.trade('search', file), file, 'no such file');
    expect(existsSync(bench.workspace)).toBe(false);
  });
});

describe('a config that does not fit what there is', () => {
  it.each([
    { what: 'an unknown family', change: { families: ['resnet', 'vgg'] }, says: ['families', 'vgg', 'mobilenet-v2'] },
    { what: 'an unknown strategy', change: { strategy: { id: 'grid' } }, says: ['strategy', 'grid', 'random'] },
    { what: 'a budget that no student meets', change: { limits: { params: 3 } }, says: ['limits.params', 'smallest'] },
    { what: 'a missing data set', change: { dataset: 'mnist' }, says: ['dataset', 'mnist', 'fashion-mnist'] },
    { what: 'a missing teacher', change: { teacher: 'nobody' }, says: ['teacher', 'nobody', 'fashion-resnet'] },
    { what: 'more images than there are', change: { trainImages: 99_999 }, says: ['trainImages', '99999', '10000'] },
  ])('names file and field of $what, and makes neither workspace nor run', async ({ change, says }) => {
    const file = bench.config({ ...SMALL, ...change });
    expectMessage(await bench.trade('search', file), file, ...says);
    expect(existsSync(bench.workspace)).toBe(false);
    mkdirSync(bench.workspace);
    expectMessage(await bench.trade('search', file), file, ...says);
    expect(await runs()).toEqual([]);
  });

  it('names the file of a data set that is corrupt', async () => {
    const images = join(bench.resources, 'datasets/fashion-mnist/train-images.idx3.gz');
    const bytes = readFileSync(images);
    bytes.fill(0, 1000, 2000);
    writeFileSync(images, bytes);
    expectMessage(await bench.trade('search', bench.config(SMALL)), images);
    expect(await runs()).toEqual([]);
  });

  it('names a folder that may not be written', async (context) => {
    if (process.getuid?.() === 0) context.skip('root may write everywhere; tests/store tries it without that power');
    chmodSync(bench.folder, 0o500);
    const outcome = await bench.trade('search', bench.config(SMALL));
    chmodSync(bench.folder, 0o700);
    expectMessage(outcome, bench.workspace);
  });
});

describe('bad usage', () => {
  it.each([
    { args: [], says: 'Usage: trade' },
    { args: ['serach'], says: 'serach' },
    { args: ['search'], says: 'config' },
    { args: ['search', 'x.json', '--trails', '3'], says: '--trails' },
    { args: ['search', 'x.json', '--trials', 'many'], says: '--trials' },
    { args: ['search', 'x.json', '--trials', '0'], says: 'from 1 to 100000' },
    { args: ['search', 'x.json', '--seed', '-1'], says: '--seed' },
    { args: ['runs', 'extra'], says: 'argument' },
    { args: ['teachers'], says: 'teachers' },
    { args: ['resume', 'nothing', '--workspace', '/dev/null/x'], says: '/dev/null' },
  ])('trade $args ends with 2 and names the culprit on stderr', async ({ args, says }) => {
    const { code, stdout, stderr } = await realTrade(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(says);
  });

  it('shows help when asked for it, on stdout, with code 0', async () => {
    for (const args of [['--help'], ['search', '--help'], ['help', 'show'], ['teachers', 'list', '--help']]) {
      const { code, stdout } = await realTrade(...args);
      expect([args, code]).toEqual([args, 0]);
      expect(stdout).toContain('Usage: trade');
    }
  });

  it('says which run is missing', async () => {
    const { code, stderr } = await bench.trade('resume', 'nothing');
    expect([code, stderr]).toEqual([2, expect.stringContaining('nothing')]);
  });
});

describe('a machine that fails', () => {
  it('is told by the doctor what is damaged, where nothing else can open the workspace', async () => {
    openWorkspace(bench.workspace).close();
    writeFileSync(join(bench.workspace, 'workspace.sqlite'), 'no database at all, but long enough to have a header');
    const { code, json } = await bench.trade('doctor', '--json');
    expect(code).toBe(1);
    expect(json()).toEqual([
      expect.objectContaining({ ok: false, problems: [expect.stringContaining('workspace.sqlite')] }),
    ]);
  });

  it('is no damage where a text is called like our database: the folder is somebody else’s', async () => {
    mkdirSync(bench.workspace);
    writeFileSync(join(bench.workspace, 'workspace.sqlite'), 'no database at all, but long enough to have a header');
    const { code, stderr } = await bench.trade('doctor', '--json');
    expect([code, stderr]).toEqual([2, expect.stringContaining('is neither empty nor a TRADE workspace')]);
  });

  it('ends with 1, not 2, when no trainer can be started', async () => {
    const { code, stderr } = await bench.tradeWatched(
      { dieAtStart: true },
      ['search', bench.config(SMALL)],
      () => undefined,
    );
    expect(stderr).toContain('no backend here');
    expect(code).toBe(1);
  });
});
