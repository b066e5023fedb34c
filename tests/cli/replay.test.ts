/** `trade replay` as scripts use it: a line a seed, and a clear word for whatever is wrong. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tinyTable, wideTable } from '../support/tiny-table.ts';
import { makeBench } from './command-line.ts';
import type { Bench } from './command-line.ts';

let bench: Bench;
beforeEach(() => {
  bench = makeBench();
});
afterEach(() => bench.remove());

function write(table: unknown): string {
  const file = join(bench.folder, 'table.json');
  writeFileSync(file, typeof table === 'string' ? table : JSON.stringify(table));
  return file;
}

const BASE = ['--strategy', 'random', '--budget', '50'] as const;

describe('trade replay', () => {
  it('prints one line a seed with exactly the keys of the design, and makes no workspace', async () => {
    const { code, json } = await bench.trade('replay', write(wideTable()), ...BASE, '--seeds', '3', '--json');
    expect(code).toBe(0);
    const lines = json();
    expect(lines.map((line) => line['seed'])).toEqual([1, 2, 3]);
    for (const line of lines) {
      expect(Object.keys(line)).toEqual(['seed', 'hypervolume', 'best', 'askMs', 'rows']);
      for (const key of ['hypervolume', 'best', 'askMs', 'rows']) expect(line[key]).toHaveLength(50);
      expect(new Set(line['rows'] as readonly number[]).size).toBe(50);
    }
    expect(lines[0]?.['rows']).not.toEqual(lines[1]?.['rows']);
    expect(existsSync(bench.workspace)).toBe(false);
  });

  it('plays all rows where the budget is larger than the space, and stops', async () => {
    const args = ['--batch', '5', '--seeds', '2', '--json'];
    const { code, json, stderr } = await bench.trade('replay', write(tinyTable()), ...BASE, ...args);
    expect([code, json().length]).toEqual([0, 2]);
    // Said once: 12 trainings where 50 were asked for would look like a search that broke off.
    expect(stderr.match(/no more rows within the limits: games end after 12 of 50 trainings\./g)).toHaveLength(1);
    expect([...(json()[0]?.['rows'] as readonly number[])].sort((a, b) => a - b)).toEqual([...Array(12).keys()]);
    expect((json()[0]?.['hypervolume'] as readonly number[]).at(-1)).toBeCloseTo(1, 12);
  });

  it('keeps to a limit and to one objective', async () => {
    const args = ['--single', '--limit', 'params=250', '--json'];
    const { json } = await bench.trade('replay', write(tinyTable()), ...BASE, ...args);
    // Rows 0 to 5 are those of depth 1 and 2; the best of them has quality 22.
    expect([...(json()[0]?.['rows'] as readonly number[])].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect((json()[0]?.['best'] as readonly number[]).at(-1)).toBe(22);
  });

  it('writes what JSON lacks as words: no best before the first number', async () => {
    const [family] = tinyTable()['families'] as readonly { rows: unknown[][] }[];
    const rows = family!.rows.map(([depth, kind, , params]) => [depth, kind, 'NaN', params]);
    const { code, json } = await bench.trade(
      'replay',
      write(tinyTable({ families: [{ ...family, rows }] })),
      ...BASE,
      '--json',
    );
    expect([code, json()[0]?.['best']]).toEqual([0, Array(12).fill('NaN')]);
  });

  it('shows people medians at round counts, and its progress on stderr', async () => {
    const { code, stdout, stderr } = await bench.trade('replay', write(wideTable()), ...BASE, '--seeds', '3');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^wide: medians of 3 seeds$/m);
    expect(stdout).toMatch(/^ +10 +0\.\d{4} +0\.\d{4} +[\d.]+ +[\d.]+$/m);
    expect(stdout).toMatch(/^ +50 /m);
    expect(stdout).toMatch(/^Time of an ask: median [\d.]+ ms, 95th percentile [\d.]+ ms$/m);
    expect(stderr).toMatch(/^seed 2 of 3: 50 trained, .* left$/m);
  });

  it('plays several against each other, named by commas or one by one, a seed of all before the next', async () => {
    const args = ['--strategy', 'evolution,random', '--strategy', 'random', '--budget', '20', '--seeds', '2', '--json'];
    const { code, json } = await bench.trade('replay', write(wideTable()), ...args);
    expect([code, Object.keys(json()[0] ?? {})[0]]).toEqual([0, 'strategy']);
    expect(json().map(({ strategy, seed }) => `${strategy} ${seed}`)).toEqual([
      ...['evolution 1', 'random 1', 'evolution 2', 'random 2'],
    ]);
  });

  it('says who of several is better, and when each got as far as one of them', async () => {
    const args = ['--strategy', 'evolution,random', '--budget', '20', '--seeds', '2', '--reach', 'random'];
    const { code, stdout } = await bench.trade('replay', write(wideTable()), ...args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^strategy +10 +20$/m);
    expect(stdout).toMatch(/^Is evolution better\?/m);
    expect(stdout).toMatch(/^random .* no claim: 2 of the 5 paired seeds that one takes$/m);
    expect(stdout).toMatch(/^Trainings until 0\.\d{4} of the hypervolume, the median of random at the end$/m);
  });

  it('goes on where it stopped: the games of a seed are the same, whichever comes first', async () => {
    const file = write(wideTable());
    const whole = await bench.trade('replay', file, ...BASE, '--seeds', '3', '--json');
    const rest = await bench.trade('replay', file, ...BASE, '--seeds', '2-3', '--json');
    const rows = (outcome: typeof whole): unknown => outcome.json().map(({ seed, rows }) => ({ seed, rows }));
    expect(rows(rest)).toEqual((rows(whole) as readonly unknown[]).slice(1));
  });

  it('counts epochs where the budget does, and says them in a column of its own', async () => {
    const file = write({ ...wideTable(), epochs: 4 });
    const args = ['replay', file, '--strategy', 'random', '--budget-epochs', '40', '--seeds', '2'];
    const { code, json } = await bench.trade(...args, '--json');
    expect([code, json().length]).toEqual([0, 2]);
    const four = Array.from({ length: 10 }, (_, row) => 4 * (row + 1));
    for (const line of json()) expect([line['epochs'], Object.keys(line)[5]]).toEqual([four, 'epochs']);
    const { stdout, stderr } = await bench.trade(...args);
    expect(stdout).toMatch(/^epochs +hypervolume/m);
    expect(stdout).toMatch(/^ +40 +0\.\d{4}/m);
    expect(stderr).toMatch(/10 trained in 40 epochs/);
  });

  it('warns where nothing is better than the reference, as every share is then one', async () => {
    const file = write(tinyTable({ reference: { quality: 100, params: 1000 } }));
    const { code, stderr } = await bench.trade('replay', file, ...BASE, '--json');
    expect([code, stderr.split('\n')[0]]).toEqual([0, expect.stringContaining('No row within the limits is better')]);
  });

  it('stops at Ctrl+C with code 130, after whole lines', async () => {
    let sent = false;
    const args = [
      'replay',
      write(wideTable()),
      '--strategy',
      'evolution',
      '--budget',
      '200',
      '--seeds',
      '1000',
      '--json',
    ];
    const { code, stderr, json } = await bench.tradeHeard(args, (said, child) => {
      if (!sent && said.includes('seed 2 of 1000')) sent = child.kill('SIGINT');
    });
    expect(code).toBe(130);
    const played = json().length;
    expect(played).toBeLessThan(1000);
    expect(stderr).toMatch(
      new RegExp(`Stopped after ${played} of 1000 seeds; --seeds ${played + 1}-1000 plays the others`),
    );
    expect(json().every((line) => (line['rows'] as readonly number[]).length === 200)).toBe(true);
  });
});

describe('bad input', () => {
  const [family] = tinyTable()['families'] as readonly { rows: readonly unknown[][] }[];
  const withRow = (row: readonly unknown[]): unknown => tinyTable({ families: [{ ...family, rows: [row] }] });

  it.each([
    { what: 'text that is no JSON', table: '{ "format": ', args: [], says: ['not JSON'] },
    {
      what: 'a missing column',
      table: withRow([1, 'a', 10]),
      args: [],
      says: ['families[0].rows[0]', 'has 3 columns instead of 4'],
    },
    {
      what: 'a row outside its space',
      table: withRow([9, 'a', 10, 1]),
      args: [],
      says: ['depth = 9, outside its values'],
    },
    { what: 'another form', table: { rows: [] }, args: [], says: ['format', 'trade-replay/1'] },
    {
      what: 'a limit on no metric',
      table: tinyTable(),
      args: ['--limit', 'parms=5'],
      says: ['"parms"', 'Did you mean "params"?'],
    },
    {
      what: 'a limit on what training tells',
      table: tinyTable(),
      args: ['--limit', 'quality=5'],
      says: ['"quality" is not known before training'],
    },
    {
      what: 'a limit that no row keeps',
      table: tinyTable(),
      args: ['--limit', 'params=5'],
      says: ['the smallest is 100'],
    },
  ])('names file and field of $what', async ({ table, args, says }) => {
    const file = write(table);
    const { code, stdout, stderr } = await bench.trade('replay', file, ...BASE, ...args);
    for (const part of [file, ...says]) expect(stderr).toContain(part);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect([code, stdout]).toEqual([2, '']);
  });

  it.each([
    { table: tinyTable(), says: 'does not say how many epochs a training has' },
    { table: tinyTable({ epochs: 10 }), says: '9 epochs are fewer than the 10 of one whole training' },
    {
      table: tinyTable({ epochs: 2, legs: [{ epochs: 2, schedule: 'own', metric: 'quality' }] }),
      says: 'legs[0].epochs must be below the 2',
    },
  ])('refuses epochs that come to no training: $says', async ({ table, says }) => {
    const args = ['--strategy', 'random', '--budget-epochs', '9'];
    const { code, stdout, stderr } = await bench.trade('replay', write(table), ...args);
    expect(stderr).toContain(says);
    expect([code, stdout]).toEqual([2, '']);
  });

  it.each([
    { args: ['none.json', ...BASE], says: 'none.json: there is no such file' },
    { args: ['.', ...BASE], says: 'this is a folder' },
    { args: ['x.json', '--strategy', 'evolutoin', '--budget', '5'], says: 'did you mean "evolution"?' },
    { args: ['x.json', '--strategy', 'random'], says: 'Give --budget, in rows, or --budget-epochs' },
    { args: ['x.json', ...BASE, '--budget-epochs', '9'], says: 'one of the two' },
    { args: ['x.json', ...BASE, '--seeds', '0'], says: 'the first and the last, as 21-40' },
    { args: ['x.json', ...BASE, '--seeds', '999999999'], says: 'at most 1000' },
    { args: ['x.json', ...BASE, '--strategy', 'nsga'], says: 'did you mean "nsga2"?' },
    { args: ['x.json', ...BASE, '--strategy', ','], says: 'Name a strategy' },
    { args: ['x.json', ...BASE, '--reach', '98'], says: 'give a share above 0 and up to 1' },
    { args: ['x.json', ...BASE, '--reach', 'trade'], says: 'or a strategy that plays (random)' },
    { args: ['x.json', ...BASE, '--limit', 'params'], says: 'such as params=2000000' },
  ])('refuses $args with code 2', async ({ args, says }) => {
    const { code, stdout, stderr } = await bench.trade('replay', ...args);
    expect(stderr).toContain(says);
    expect([code, stdout]).toEqual([2, '']);
  });
});
