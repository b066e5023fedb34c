/** Which weights go when only the front's stay: found from the front alone, it must be what the
 * whole run would give. */
import { expect, test } from 'vitest';
import { createRng } from '../../src/core/math/rng.ts';
import { frontOf } from '../../src/core/front.ts';
import type { Trial } from '../../src/core/records/trial.ts';
import { createKeptFront } from '../../src/host/runs/kept-front.ts';
import { searchConfig } from '../support/store-records.ts';

const config = { ...searchConfig(), limits: [{ metric: 'params', max: 800 }] };

function trial(number: number, accuracy: number, params: number): Trial {
  return {
    ...{ id: `r-${number}`, runId: 'r', number, state: 'finished', candidate: { family: 'resnet', config: {} } },
    ...{ seed: 1, why: { source: 'random' }, params, macs: params, peakActivationBytes: 0, metrics: { accuracy } },
    ...{ epochsDone: 3, epochs: 3, seconds: 1, attempts: 1, createdAt: '' },
  };
}

test('after each trial, in any order of finishing, the front of all keeps its weights and nobody else', () => {
  const rng = createRng(5);
  // Equal points are common, and some are beyond the limit.
  const all = Array.from({ length: 120 }, (_, number) => trial(number, rng.int(20) / 20, 100 * (1 + rng.int(9))));
  const done: Trial[] = [];
  const weights = new Set<string>();
  const kept = createKeptFront(config, []);
  for (const one of rng.shuffle(all)) {
    done.push(one);
    weights.add(one.id);
    for (const id of kept.add(one)) weights.delete(id);
    const byNumber = [...done].sort((left, right) => left.number - right.number);
    expect([...weights].sort()).toEqual(
      frontOf(config, byNumber)
        .map(({ id }) => id)
        .sort(),
    );
  }
});

test('the first look goes over the whole run: a session that was cut off left dominated weights behind', () => {
  const [best, worse, newest] = [trial(0, 0.9, 100), trial(1, 0.8, 100), trial(2, 0.95, 200)];
  const kept = createKeptFront(config, [best, worse]);
  expect(kept.add(newest)).toEqual(['r-1']);
});
