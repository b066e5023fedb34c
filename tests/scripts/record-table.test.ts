/** The table's plan and its record: what is trained, in which order, what is not trained twice,
 * what may not be mixed. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { WorkbenchError } from '../../src/core/errors.ts';
import { validateConfiguration } from '../../src/core/space/lattice.ts';
import {
  CHEAP_EPOCHS,
  recipeOf,
  seededStudents,
  STAGES,
  tablePlan,
  tableStudents,
} from '../../scripts/record-table/plan.ts';
import { progressText, secondsAnEpoch, waitingTrainings } from '../../scripts/record-table/progress.ts';
import { buildersFingerprint, trainRow } from '../../scripts/record-table/recorder.ts';
import { collectRows, openRows, readRows } from '../../scripts/record-table/rows.ts';
import { MOST_PARAMS, SUBLATTICES, TABLE_FAMILIES, tableFamily } from '../../scripts/record-table/students.ts';
import { recorded } from '../../scripts/study/record.ts';
import { header, trainingRow } from './record-table-rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'record-table-'));
afterAll(() => rmSync(folder, { recursive: true }));

const students = tableStudents();
const plan = tablePlan();

describe('the students', () => {
  it('are two complete sublattices of 108 and 20 random ones of every family within the limit, none twice', () => {
    for (const [name, levels] of Object.entries(SUBLATTICES)) {
      const members = students.filter(({ family, set }) => family === name && set === 'lattice');
      const combinations = Object.values(levels).reduce((product, values) => product * values.length, 1);
      expect(members).toHaveLength(combinations);
      expect(combinations).toBe(108);
      // No dimension of the family is left to a default: the product is a lattice of its own.
      for (const { config } of members) expect(validateConfiguration(tableFamily(name), config)).toEqual(config);
    }
    for (const name of TABLE_FAMILIES) {
      const drawn = students.filter(({ family, set }) => family === name && set === 'random');
      expect(drawn).toHaveLength(20);
      expect(Math.max(...drawn.map(({ params }) => params))).toBeLessThanOrEqual(MOST_PARAMS);
    }
    expect(new Set(students.map(({ id }) => id)).size).toBe(students.length);
  });

  it("hold every family's reference and scaled ones, for baselines that all strategies may be measured against", () => {
    for (const name of TABLE_FAMILIES) {
      const scaled = students.filter(({ family, scale }) => family === name && scale !== undefined);
      expect(scaled.find(({ scale }) => scale === 1)?.config).toEqual(tableFamily(name).reference);
      expect(scaled.length).toBeGreaterThan(1);
    }
  });

  it('are spread over families and params where they get three seeds', () => {
    const seeded = seededStudents(students);
    expect(seeded).toHaveLength(40);
    expect(new Set(seeded.map(({ family }) => family)).size).toBe(TABLE_FAMILIES.length);
    const params = seeded.map((student) => student.params);
    expect(Math.min(...params)).toBeLessThan(6000);
    expect(Math.max(...params)).toBeGreaterThan(70_000);
  });
});

describe('the plan', () => {
  it('counts as its stages say', () => {
    const counts = STAGES.map((stage) => plan.filter((one) => one.stage === stage).length);
    const compared = students.filter(({ set, scale }) => set === 'random' || scale !== undefined).length;
    const seededRandom = 24;
    expect(counts).toEqual([
      students.length,
      compared,
      2 * (40 + seededRandom),
      2 * 160,
      students.length - 40,
      students.length - compared,
      students.length - 160,
      students.length,
    ]);
    expect(new Set(plan.map(({ id }) => id)).size).toBe(plan.length);
    expect(plan.map(({ stage }) => STAGES.indexOf(stage))).toEqual(
      plan.map(({ stage }) => STAGES.indexOf(stage)).sort((left, right) => left - right),
    );
  });

  it('is the same in every process: what is recorded is found again', () => {
    expect(tablePlan().map(({ id }) => id)).toEqual(plan.map(({ id }) => id));
    // Of the first rows ever recorded; other draws or another order of dimensions would train them
    // again.
    expect(plan[0]?.id).toBe('kd/1/8/resnet{"blocks1":1,"blocks2":1,"blocks3":1,"width1":4,"width2":8,"width3":32}');
  });

  it('begins with a fair share of each group, so that a table of the first trainings is of use', () => {
    const first = plan.slice(0, 100);
    const groups = Map.groupBy(students, ({ family, set }) => `${set} ${family}`);
    for (const [group, members] of groups) {
      const found = first.filter(({ student }) => `${student.set} ${student.family}` === group).length;
      expect(Math.abs(found - (100 * members.length) / students.length)).toBeLessThanOrEqual(1);
    }
  });

  it('has a short training of every student and of each seed that a search may be told, none of them twice', () => {
    for (const seed of [1, 2]) {
      const short = plan.filter((one) => one.signal === 'kd' && one.epochs === CHEAP_EPOCHS && one.seed === seed);
      expect(short.map(({ student }) => student.id).sort()).toEqual(students.map(({ id }) => id).sort());
    }
  });

  it('changes teacher and epochs alone from one training to another', () => {
    const shared = plan.map((training) => {
      const { distillation, epochs, ...rest } = recipeOf(training);
      expect(distillation.loss).toBe(training.signal);
      expect(epochs).toBe(training.epochs);
      return JSON.stringify(rest);
    });
    expect(new Set(shared).size).toBe(1);
  });
});

describe('the record', () => {
  const [first, second, third] = plan;
  if (first === undefined || second === undefined || third === undefined) throw new Error('the plan is empty');

  it('is gone on with where a killed process tore its last line, and trains nothing twice', async () => {
    const file = join(folder, 'torn', 'rows.jsonl');
    openRows(file, header());
    await recorded(file, first.id, async () => trainingRow(first, { validationAccuracy: 0.8 }));
    appendFileSync(file, `\n${JSON.stringify(trainingRow(second, {})).slice(0, 40)}`);
    openRows(file, header());
    const rows = readRows([file]);
    expect([...rows.trainings.keys()]).toEqual([first.id]);
    expect(waitingTrainings(plan, rows).length).toBe(plan.length - 1);
    await recorded(file, second.id, async () => trainingRow(second, { validationAccuracy: 0.7 }));
    await recorded(file, second.id, async () => trainingRow(second, { validationAccuracy: 0.1 }));
    expect([...readRows([file]).trainings.values()].map((row) => row.validationAccuracy)).toEqual([0.8, 0.7]);
  });

  it("joins rows recorded elsewhere with the repository's in the plan's order, and keeps what is there", async () => {
    const [own, repository] = [join(folder, 'own', 'rows.jsonl'), join(folder, 'repository.jsonl')];
    openRows(repository, header());
    await recorded(repository, third.id, async () => trainingRow(third, { validationAccuracy: 0.5 }));
    openRows(own, header());
    await recorded(own, first.id, async () => trainingRow(first, {}));
    await recorded(own, third.id, async () => trainingRow(third, { validationAccuracy: 0.6 }));
    const ids = plan.map(({ id }) => id);
    collectRows([own], repository, ids);
    const once = readFileSync(repository, 'utf8');
    collectRows([own], repository, ids);
    expect(readFileSync(repository, 'utf8')).toBe(once);
    const { trainings } = readRows([repository]);
    expect([...trainings.keys()]).toEqual([first.id, third.id]);
    expect(trainings.get(third.id)?.validationAccuracy).toBe(0.5);
  });

  it('refuses rows of other data, teachers, builders or recipes, and says which', () => {
    const file = join(folder, 'other.jsonl');
    openRows(file, header());
    const other = header({ fingerprints: { data: 'd', teacher: 'another', builders: 'b' } });
    expect(() => openRows(file, other)).toThrow(/other\.jsonl was recorded with other teacher\./);
    const slower = header();
    expect(() => openRows(file, { ...slower, recipe: { ...slower.recipe, learningRate: 0.001 } })).toThrow(
      /with other recipe\./,
    );
    // A setting that came later and is left at what it always meant is no other recipe.
    const { clipNorm: _, ...earlier } = header().recipe;
    openRows(join(folder, 'earlier.jsonl'), { ...header(), recipe: earlier });
    openRows(join(folder, 'earlier.jsonl'), header());
    appendFileSync(join(folder, 'none.jsonl'), '{"id":"session/1"}');
    expect(() => openRows(join(folder, 'none.jsonl'), header())).toThrow(/has no header/);
  });

  it('has other builders where a graph has changed, whatever the order of students', () => {
    const some = students.slice(0, 3);
    const fingerprint = buildersFingerprint(some);
    expect(buildersFingerprint([...some].reverse())).toBe(fingerprint);
    const changed = some.map((student, index) =>
      index > 0 ? student : { ...student, graph: { ...student.graph, layers: student.graph.layers.slice(1) } },
    );
    expect(buildersFingerprint(changed)).not.toBe(fingerprint);
  });

  it('keeps a training that ran astray with its reason, and passes every other error on', async () => {
    const failing = (error: Error) => ({ train: () => Promise.reject(error) });
    const diverged = new WorkbenchError('trainer.failed', 'The loss became NaN');
    const row = await trainRow(failing(diverged), first, '', 'session/1', () => undefined);
    expect(row).toMatchObject({ id: first.id, params: first.student.params, failed: 'The loss became NaN' });
    const full = new WorkbenchError('disk.full', 'No room');
    await expect(trainRow(failing(full), first, '', 'session/1', () => undefined)).rejects.toThrow('No room');
  });

  it('gives a teacher to those trainings alone that distil', async () => {
    const seen: (string | undefined)[] = [];
    const bench = {
      train: async ({ teacherDirectory }: { readonly teacherDirectory?: string }) => {
        seen.push(teacherDirectory);
        return { validationAccuracy: 0.5, testAccuracy: 0.5, seconds: 1, cpuSeconds: 1 };
      },
    };
    const alone = plan.find(({ signal }) => signal === 'none') ?? first;
    for (const training of [first, alone]) await trainRow(bench, training, 'the teacher', 's', () => undefined);
    expect(seen).toEqual(['the teacher', undefined]);
  });
});

describe('the progress', () => {
  it('expects of what is left the CPU seconds an epoch that its family took, and says when it cannot know', () => {
    const [resnet, mixer] = ['resnet', 'mlp-mixer'].map((name) => plan.find(({ student }) => student.family === name));
    if (resnet === undefined || mixer === undefined) throw new Error('the plan lacks a sublattice');
    const rows = [trainingRow(resnet, { cpuSeconds: 8 }), trainingRow(mixer, { cpuSeconds: 24 })];
    const rate = secondsAnEpoch(rows);
    // 8 epochs each: 1 s, 3 s, and 2 s for a family that none is known of.
    expect([rate('resnet'), rate('mlp-mixer'), rate('vit')]).toEqual([1, 3, 2]);
    const none = { header: header(), sessions: [], trainings: new Map(), latencies: new Map() };
    expect(progressText(none, plan)).toContain(`| all | 0 | ${plan.length} | 0.00 | unknown |`);
  });
});
