/** `trade retrain`: the winners of a run once more. A search that reports its lucky seeds is found
 * out here. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readWorkspace } from '../../src/host/for-shells.ts';
import { makeBench, SMALL } from './command-line.ts';
import type { Bench, Outcome } from './command-line.ts';

let bench: Bench;
beforeEach(() => {
  bench = makeBench();
});
afterEach(() => bench.remove());

interface Student {
  readonly family: string;
  readonly config: object;
}

const idOf = ({ json }: Outcome): string => (json().at(-1) as { run: { id: string } }).run.id;
const started = ({ json }: Outcome): readonly Student[] =>
  json()
    .filter(({ event }) => event === 'trial.started')
    .map((line) => (line as { trial: Student }).trial)
    .map(({ family, config }) => ({ family, config }));

describe('retrain', () => {
  it('trains the best with several seeds and for longer, tests each training once, and says their origin', async () => {
    const search = await bench.trade('search', bench.config(SMALL), '--json');
    const id = idOf(search);
    const again = await bench.trade('retrain', id, '--top', '2', '--seeds', '3', '--json');
    expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('Student 6')]);
    const students = started(again);
    expect(students).toHaveLength(6);
    expect(students.slice(2)).toEqual([...students.slice(0, 2), ...students.slice(0, 2)]);
    for (const student of students) expect(started(search)).toContainEqual(student);
    const spread = { count: 3, mean: expect.any(Number), deviation: expect.any(Number) };
    expect(again.json().at(-1)).toMatchObject({
      run: {
        students: students.slice(0, 2).map((student) => ({ ...student, accuracy: spread, testAccuracy: spread })),
      },
    });
    const { store, close } = readWorkspace(bench.workspace);
    try {
      expect(store.run(idOf(again))).toMatchObject({
        name: 'Small: winners',
        config: { studentsFrom: id, recipe: { epochs: 8 }, strategy: { id: 'listed', options: { seeds: 3 } } },
      });
      expect(new Set(store.trials(idOf(again)).map(({ seed }) => seed)).size).toBe(6);
    } finally {
      close();
    }
    const { stdout } = await bench.trade('show', idOf(again));
    expect(stdout).toMatch(/3 of 3 .* % ± .* % ± /);
  });

  it('begins with the weights of the search where it is told to, and the set-up says so', async () => {
    const id = idOf(await bench.trade('search', bench.config(SMALL), '--json'));
    const once = ['--top', '1', '--seeds', '1', '--epochs', '1'];
    const again = await bench.trade('retrain', id, ...once, '--from', 'searched', '--json');
    expect(again.code).toBe(0);
    const { stdout } = await bench.trade('show', idOf(again), '--setup');
    expect(stdout).toContain(`found by ${id}, with the weights that it left them`);
    const odd = await bench.trade('retrain', id, ...once, '--from', 'elsewhere');
    expect([odd.code, odd.stderr]).toEqual([2, expect.stringContaining('chance, searched')]);
  });

  it('takes the students that are named, and says which number there is not', async () => {
    const search = await bench.trade('search', bench.config(SMALL), '--json');
    const id = idOf(search);
    const again = await bench.trade('retrain', id, '--students', '4,1', '--seeds', '1', '--epochs', '3', '--json');
    expect(started(again)).toEqual([started(search)[3], started(search)[0]]);
    const { code, stderr } = await bench.trade('retrain', id, '--students', '9');
    expect([code, stderr]).toEqual([2, expect.stringContaining('There is no student #9: the run has 4.')]);
    expect((await bench.trade('retrain', id, '--students', 'best')).stderr).toContain('as 4,7');
  });
});
