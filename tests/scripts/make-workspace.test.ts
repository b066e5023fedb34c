/** Generated workspaces: what a benchmark or a person opens must be what the product itself would
 * have written. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { generateWorkspace } from '../../scripts/make-workspace/generate.ts';
import { planRuns } from '../../scripts/make-workspace/plan.ts';
import { createStudentPool } from '../../scripts/make-workspace/students.ts';
import { frontOf } from '../../src/core/front.ts';
import { candidateKey } from '../../src/core/space/candidate-key.ts';
import { trainedOf, testing } from '../../src/host/runs/score.ts';
import { examineFolder } from '../../src/store/upkeep/doctor.ts';
import type { ReadableStore } from '../../src/store/store.ts';
import { openReadable } from '../../src/store/workspace.ts';
import { temporaryFolder } from '../support/workspace.ts';

const { scoreOf } = testing;

const TINY = { runs: 5, trials: 150, epochs: 3, large: 60, seed: 7 };

function generated(options = TINY): { readonly directory: string; readonly store: ReadableStore } {
  const directory = join(temporaryFolder(), 'made');
  generateWorkspace(directory, options);
  return { directory, store: openReadable(directory).store };
}

function everything(store: ReadableStore): unknown {
  return store.runs().rows.map((summary) => ({
    summary,
    events: store.events(summary.run.id),
    trials: store.trials(summary.run.id).map((trial) => ({ trial, epochs: store.epochs(trial.id) })),
  }));
}

describe('a generated workspace', () => {
  test('is sound to the doctor and has what was asked for', () => {
    const { directory, store } = generated();
    expect(examineFolder(directory)).toMatchObject({ ok: true, problems: [], trials: TINY.trials });
    const { rows } = store.runs();
    expect(rows).toHaveLength(TINY.runs);
    const trials = rows.map(({ run }) => store.trials(run.id));
    expect(Math.max(...trials.map((some) => some.length))).toBe(TINY.large);
    expect(new Set(rows.map(({ run }) => run.state))).toEqual(new Set(['finished', 'paused', 'interrupted']));
    const states = new Set(trials.flat().map(({ state }) => state));
    expect([...states].sort()).toEqual(['failed', 'finished', 'interrupted', 'queued']);
  });

  test('keeps the figures that its own log gives, so that lists and fronts agree', () => {
    const { store } = generated();
    for (const { run, score } of store.runs().rows) {
      const log = store.events(run.id).map(({ event }) => event);
      expect(score, run.name).toEqual(scoreOf(run.config, trainedOf(log)));
      expect(score.frontSize).toBe(frontOf(run.config, store.trials(run.id)).length);
    }
  });

  test('proposes no student of a run twice: a search that goes on would refuse its own log', () => {
    const { store } = generated();
    for (const { run } of store.runs().rows) {
      const keys = store.trials(run.id).map(({ candidate }) => candidateKey(candidate));
      expect(new Set(keys).size).toBe(keys.length);
    }
  });

  test('is the same for the same seed, and another for another', () => {
    const first = everything(generated().store);
    expect(everything(generated().store)).toEqual(first);
    expect(everything(generated({ ...TINY, seed: 8 }).store)).not.toEqual(first);
  });

  test('refuses numbers that do not fit together, and a folder with runs', () => {
    const pool = createStudentPool([28, 28, 1], 10);
    expect(() => planRuns({ ...TINY, large: 151 }, pool)).toThrow(RangeError);
    expect(() => planRuns({ ...TINY, trials: 62 }, pool)).toThrow(/too few/);
    expect(() => generateWorkspace(generated().directory, TINY)).toThrow(/holds runs already/);
  });

  test('has as many runs and trials as asked, whatever the rounding', () => {
    const pool = createStudentPool([28, 28, 1], 10);
    for (const trials of [70, 71, 997]) {
      const sizes = planRuns({ ...TINY, trials }, pool).map((run) => run.trials);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(trials);
      expect(Math.min(...sizes)).toBeGreaterThan(0);
    }
  });
});
