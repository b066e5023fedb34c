import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  findHead,
  findRecord,
  gameHash,
  originOf,
  readRecords,
  writeRecord,
} from '../../../benchmarks/search/records.ts';
import { FUNCTION_TASKS } from '../../../benchmarks/search/tasks/functions.ts';
import { gameRecord } from './game-records.ts';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'records-'));
  file = join(folder, 'games.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('records of games', () => {
  it('come back as they were written, also scores that JSON has no word for', () => {
    const record = gameRecord({ curve: [NaN, 2.5, -3.32237], askMs: [0.0123, 45.6, 789] });
    writeRecord(file, record);
    expect([...readRecords(file).values()]).toEqual([record]);
  });

  it('keep nine digits of a score and three of a time, so that files stay small', () => {
    writeRecord(file, gameRecord({ curve: [1 / 3], askMs: [1234.5] }));
    expect(readFileSync(file, 'utf8')).toContain('"curve":[0.333333333],"askMs":[1230]');
  });

  it('keep why a game was not played', () => {
    const record = gameRecord({
      strategy: 'optuna-cmaes',
      curve: [],
      askMs: [],
      skipped: 'CMA-ES knows no categories',
    });
    writeRecord(file, record);
    expect(findRecord(readRecords(file), record)).toEqual(record);
  });

  it('are none where there is no file', () => {
    expect(readRecords(join(folder, 'absent.jsonl')).size).toBe(0);
    expect(readRecords(undefined).size).toBe(0);
  });

  it('are found by task, strategy, seed, budget and batch, and by nothing less', () => {
    const record = gameRecord({});
    writeRecord(file, record);
    const records = readRecords(file);
    expect(findRecord(records, record)).toBeDefined();
    for (const other of [{ task: 'ackley-10' }, { strategy: 'trade' }, { seed: 2 }, { budget: 4 }, { batch: 2 }]) {
      expect(findRecord(records, { ...record, ...other })).toBeUndefined();
    }
  });

  it('of the same match stand by the last', () => {
    writeRecord(file, gameRecord({ player: 'old' }));
    writeRecord(file, gameRecord({ player: 'new' }));
    expect([...readRecords(file).values()].map(({ player }) => player)).toEqual(['new']);
  });
});

describe('a file whose last line a crash has cut off', () => {
  const first = gameRecord({ seed: 1 });
  const third = gameRecord({ seed: 3 });
  beforeEach(() => {
    writeRecord(file, first);
    appendFileSync(file, '{"task":"levy-20","strategy":"turbo","seed":2,"curve":[3,2');
  });

  it('gives the games before it', () => {
    expect([...readRecords(file).values()]).toEqual([first]);
  });

  // Glued to the stump, the next record would be no JSON either, and would be played again for
  // ever.
  it('loses none of those added after it', () => {
    writeRecord(file, third);
    expect([...readRecords(file).values()]).toEqual([first, third]);
  });

  it('is not taken for cut off when it is empty', () => {
    writeFileSync(file, '');
    writeRecord(file, third);
    expect(readFileSync(file, 'utf8').startsWith('{')).toBe(true);
  });
});

describe('the head of a longer game', () => {
  const long = gameRecord({ budget: 300, curve: [5, 4, 3, 2], askMs: [1, 2, 3, 4] });
  const short = gameRecord({ budget: 4, curve: [9, 8, 7, 6], askMs: [5, 6, 7, 8] });
  const records = new Map([long, short].map((record, i) => [`${i}`, record]));

  it('is the shorter game: its scores and times up to the budget', () => {
    expect(findHead(records, gameRecord({ budget: 3 }))).toMatchObject({
      budget: 3,
      curve: [9, 8, 7],
      askMs: [5, 6, 7],
    });
  });

  it('is not taken from a game that was shorter', () => {
    expect(findHead(records, gameRecord({ budget: 5 }))?.curve).toEqual([5, 4, 3, 2]);
    expect(findHead(records, gameRecord({ budget: 301 }))).toBeUndefined();
  });

  it('is not taken from another match', () => {
    expect(findHead(records, gameRecord({ budget: 3, seed: 2 }))).toBeUndefined();
    expect(findHead(records, gameRecord({ budget: 3, strategy: 'optuna-gp' }))).toBeUndefined();
  });
});

describe('the hash of a game', () => {
  const [hartmann, ackley] = FUNCTION_TASKS;
  const hash = (task: typeof hartmann, seed: number, budget: number) => task && gameHash(task.open(seed, budget));

  it('is the same for any budget, so that the head of a longer game can stand for the shorter one', () => {
    expect(hash(ackley, 1, 50)).toBe(hash(ackley, 1, 200));
  });

  it('differs where the answers differ: another shift of the optimum, another function', () => {
    expect(hash(ackley, 2, 50)).not.toBe(hash(ackley, 1, 50));
    expect(hash(hartmann, 1, 50)).not.toBe(hash(ackley, 1, 50));
  });
});

it('says on which machine and on which day a game was played', () => {
  const { machine, date } = originOf(new Date('2026-11-25T23:59:59Z'));
  expect(date).toBe('2026-11-25');
  expect(machine).toMatch(/.+, \d+ cores, \w+ \w+/);
});
