/** Answers of pupils become a data set: of tables and lines as others export them, and of pupils
 * that are simulated. What is wrong is told with its file and line, and leaves nothing. */
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Dataset } from '../../../src/compute/data/dataset.ts';
import type { ImportOptions } from '../../../src/compute/tasks/import/task.ts';
import { createRng } from '../../../src/core/math/rng.ts';
import { stepValue } from '../../../src/core/sequences/steps.ts';
import { importBench } from '../support/import-bench.ts';

const bench = importBench();
afterAll(() => bench.remove());
afterEach(() => bench.clear());

/** So many pupils with answers to two skills, each with a time; later answers stand first. */
function table(pupils = 12, change: (row: string[], line: number) => void = () => undefined, end = '\n'): string {
  const rng = createRng(3);
  const rows: string[][] = [['order_id', 'user_id', 'skill_id', 'correct', 'ms']];
  for (let answer = 4; answer >= 1; answer -= 1) {
    for (let pupil = 1; pupil <= pupils; pupil += 1) {
      rows.push([
        String(100 * answer + pupil),
        `u${pupil}`,
        String(1 + (answer % 2)),
        String(rng.int(2)),
        String(answer),
      ]);
    }
  }
  rows.forEach((row, index) => change(row, index + 1));
  return rows.map((row) => row.join(',')).join(end);
}

const run = (content: string, options: Partial<ImportOptions> = {}, file = 'log.csv'): Promise<Dataset> =>
  bench.run(bench.source({ [file]: content }), { shares: { val: 0.2, test: 0.2 }, ...options });

/** Of an example, by step: what each modality says. */
function stepsOf({ card, split }: Dataset, example: number): readonly (readonly number[])[] {
  if (card.example?.kind !== 'sequence') throw new Error('It is a sequence.');
  const { modalities } = card.example;
  const train = split('train');
  if (!('pixels' in train)) throw new Error('It is held.');
  const [steps, , bytes] = card.shape;
  return Array.from({ length: steps }, (_, step) =>
    modalities.map((modality) => stepValue(train.pixels, (example * steps + step) * bytes, modality)),
  );
}

describe('a table of answers', () => {
  it('is told by its header, and gives an example for each answer from the second on', async () => {
    const made = await run(table());
    expect(made.card).toMatchObject({ shape: [32, 1, 2], classes: ['wrong', 'right'], warnings: [] });
    expect(made.card.splits.train.count + made.card.splits.val.count + made.card.splits.test.count).toBe(12 * 3);
    const { group, position } = made.columns('train');
    expect([...(position ?? [])].slice(0, 4)).toEqual([2, 3, 4, 2]);
    // Catches a pupil in two splits.
    const pupils = (['train', 'val', 'test'] as const).map((name) => new Set(made.columns(name).group));
    expect(pupils.map(({ size }) => size)).toEqual([8, 2, 2]);
    expect(new Set(pupils.flatMap((some) => [...some])).size).toBe(12);
    expect(made.card.groups?.[group?.[0] ?? -1]).toMatch(/^u\d+$/);
  });

  it('is put into the order of its answers', async () => {
    // Skills are 2, 1, 2, 1 from the first answer on; the file has them the other way round.
    const steps = stepsOf(await run(table(), { sequence: { steps: 3 } }), 2);
    expect(steps.map(([skill]) => skill)).toEqual([1, 2, 1]);
  });

  it('takes further columns, those that come with an answer hidden where it is to be told', async () => {
    const { card, ...made } = await run(table(), { sequence: { steps: 3, modalities: ['ms'] } });
    expect(card.example).toMatchObject({
      modalities: [{ name: 'skill' }, { name: 'ms', values: 5 }, { name: 'correct' }],
    });
    expect(stepsOf({ card, ...made }, 2).map(([, ms]) => ms)).toEqual([2, 3, 0]);
    const known = await run(table(), { sequence: { steps: 3, known: ['ms'] } });
    expect(stepsOf(known, 2).map(([, ms]) => ms)).toEqual([2, 3, 4]);
  });

  it('is the same to the byte with lines that end otherwise, quotation marks and a byte order mark', async () => {
    const plain = await run(table());
    const other = `\uFEFF${table(12, (row) => row.splice(1, 1, `"${row[1] ?? ''}"`), '\r\n')}\r\n`;
    expect((await run(other)).fingerprint).toBe(plain.fingerprint);
    // Catches two lines that are counted for one of two characters.
    const wrong = table(12, (row, line) => line === 4 && row.splice(3, 1, 'x'), '\r\n');
    await expect(run(wrong)).rejects.toThrow(/a row that cannot be taken: line 4 has the correctness "x"/);
  });

  it('has one answer where a problem of several skills stands in as many rows', async () => {
    const rows = ['user_id,skill_id,correct,problem_id,order_id'];
    for (let pupil = 0; pupil < 10; pupil += 1) {
      rows.push(`${pupil},b,1,p1,1`, `${pupil},a,1,p1,1`, `${pupil},a,0,p2,2`, `${pupil},a,1,p3,3`);
    }
    const { card } = await run(rows.join('\n'));
    expect(card.splits.train.count).toBe(6 * 2);
    expect(card.import).toMatchObject({ coded: { skill: { values: ['a', 'a + b'] } } });
    expect(card.warnings).toEqual([
      '10 rows were further skills of one answer: such skills count as one of their own.',
    ]);
  });

  it('keeps the splits that it names', async () => {
    const split = (row: string[], line: number) => {
      row.push(line === 1 ? 'split' : row[1] === 'u5' ? 'test' : 'train');
    };
    const { card, columns } = await run(table(12, split));
    expect([...new Set(columns('test').group)].map((group) => card.groups?.[group])).toEqual(['u5']);
  });

  it('tells of pupils of one answer and of rows without a skill', async () => {
    const more = `${table()}\n900,lone,1,1,5\n901,u1,,1,5`;
    const { card } = await run(more);
    expect(card.warnings).toEqual([
      'Left out: 1 rows without a skill.',
      '1 pupils of one answer have nothing before it, and give no example: lone.',
    ]);
  });

  it('leaves broken rows out where that is wished', async () => {
    const broken = table(12, (row, line) => line === 4 && row.splice(3, 1, '0.5'));
    const { card } = await run(broken, { skipBroken: true });
    expect(card.warnings).toEqual(['Left out, as broken: 1 rows: line 4 has the correctness "0.5", not 0 or 1.']);
  });

  it('is given up when it is to be, and leaves nothing', async () => {
    const stop = new Error('stop');
    const path = bench.source({ 'log.csv': table(400) });
    await expect(bench.run(path, {}, () => Promise.reject(stop))).rejects.toBe(stop);
    expect(bench.left()).toEqual([]);
  });

  it.each([
    [
      'an answer that is neither',
      (row: string[]) => row.splice(3, 1, '2'),
      /line 3 has the correctness "2", not 0 or 1/,
    ],
    ['an answer that is not there', (row: string[]) => row.splice(3, 1, ''), /line 3 has the correctness ""/],
    ['nobody', (row: string[]) => row.splice(1, 1, ''), /line 3 has no pupil/],
  ])('is refused with %s', async (_, change, words) => {
    const content = table(12, (row, line) => line === 3 && change(row));
    await expect(run(content)).rejects.toMatchObject({
      code: 'dataset.corrupt',
      message: expect.stringMatching(words),
      place: { file: expect.stringMatching(/log\.csv$/) },
    });
    expect(bench.left()).toEqual([]);
  });

  const rename = (column: number, name: string) => (row: string[], line: number) =>
    line === 1 && row.splice(column, 1, name);
  it.each([
    [
      'no skill',
      table(12, rename(2, 'x')),
      {},
      /no column of the skill \(skill_id, .*\); it has order_id, .*--skill COLUMN/,
    ],
    ['a column that it lacks', table(), { modalities: ['hints'] }, /no column "hints"; it has order_id, user_id/],
    [
      'answers that are all right',
      table(12, (row, line) => line > 1 && row.splice(3, 1, '1')),
      {},
      /are right: there is nothing/,
    ],
    ['two pupils', table(2), {}, /2 pupils of two answers or more, too few/],
    ['pupils of one answer', table().split('\n').slice(0, 13).join('\n'), {}, /it has 0 pupils of two answers/],
    ['an empty column', table(12, (row, line) => line > 1 && row.splice(4, 1, '')), { known: ['ms'] }, /"ms" is empty/],
    ['no rows', 'user_id,skill_id,correct', {}, /it has 0 pupils/],
  ] as const)('is refused with %s', async (_, content, sequence, words) => {
    await expect(run(content, { sequence })).rejects.toMatchObject({
      code: 'dataset.unusable',
      message: expect.stringMatching(words),
    });
    expect(bench.left()).toEqual([]);
  });

  it('is refused with a pupil in two splits', async () => {
    const content = table(12, (row, line) => row.push(line === 1 ? 'split' : line === 20 ? 'test' : 'train'));
    await expect(run(content)).rejects.toThrow(/line 20 has pupil "u7" in another split/);
  });
});

describe('three lines a pupil', () => {
  const three = (pupils: number): string =>
    Array.from({ length: pupils }, (_, pupil) => `3\n1,2,${3 + (pupil % 2)},\n${pupil % 2},1,${pupil % 2}\n`).join('');

  it('give the same examples as a table would', async () => {
    const { card } = await run(three(10), { kind: 'sequence' }, 'log.txt');
    expect(card.splits.train.count + card.splits.test.count + card.splits.val.count).toBe(20);
  });

  it.each([
    ['fewer skills', '2\n1\n1,0\n', /line 1 says 2 answers, and 1 skills and 2 answers follow/],
    ['another answer', '2\n1,1\n1,3\n', /line 3 has the correctness "3"/],
    ['no number', 'two\n1,1\n1,0\n', /line 1 is not a number of answers/],
  ])('are refused with %s', async (_, content, words) => {
    await expect(run(content, { kind: 'sequence' }, 'log.txt')).rejects.toThrow(words);
  });
});

describe('simulated pupils', () => {
  const simulate = { pupils: 60, skills: 4, answers: 12, seed: 5 };
  const made = () => bench.run('', { kind: 'simulated', simulate, seed: 5, shares: { val: 0.1, test: 0.2 } });

  it('are a data set with the best that anybody can come to', async () => {
    const { card } = await made();
    expect(card.splits.test.count).toBe(12 * 11);
    expect(card.example).toMatchObject({
      modalities: [{ name: 'skill' }, { name: 'time' }, { name: 'seat' }, { name: 'correct' }],
    });
    const { best } = card.import as { readonly best: Readonly<Record<string, number>> }; // as it was written
    expect(best['auc']).toBeGreaterThan(0.6);
    expect(best['auc']).toBeLessThan(0.95);
  });

  it('are the same of a seed to the byte', async () => {
    expect((await made()).fingerprint).toBe((await made()).fingerprint);
  });
});

it('a column is a gzipped IDX file of 32-bit whole numbers', async () => {
  // Ours and other programs' readers agree on the magic number 00 00 0C 01.
  const path = bench.source({ 'log.csv': table() });
  await bench.run(path, {});
  const [folder = ''] = bench.left();
  const content = gunzipSync(readFileSync(join(path, '..', 'out', folder, 'train-position.idx1.gz')));
  expect([...content.subarray(0, 4)]).toEqual([0, 0, 12, 1]);
  expect(content.readInt32BE(8)).toBe(2);
});
