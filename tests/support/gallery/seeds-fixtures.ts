/** Three students with three seeds each, for the gallery. */
import { createRng } from '../../../src/core/math/rng.ts';
import { studentsOf } from '../../../src/core/seeds.ts';
import type { Trial } from '../../../src/core/records/trial.ts';
import type { SeededStudent } from '../../../src/renderer/charts/seeds.ts';

/** `trials`: finished ones of a search, whose figures are taken for what it had said. */
export function seededStudents(trials: readonly Trial[], titleOf: (trial: Trial) => string): readonly SeededStudent[] {
  const rng = createRng(7);
  const chosen = trials.filter(({ state }) => state === 'finished').slice(0, 3);
  const again = Array.from({ length: 3 * chosen.length }, (_, number): Trial[] => {
    const trial = chosen[number % chosen.length];
    if (!trial) return [];
    const accuracy = (trial.metrics['accuracy'] ?? NaN) - 0.004 + 0.006 * rng.normal();
    return [{ ...trial, id: `${trial.id}-${number}`, number, metrics: { accuracy }, testAccuracy: accuracy - 0.003 }];
  });
  return studentsOf(again.flat()).map((student, row) => {
    const trial = chosen[row];
    return { ...student, title: trial ? titleOf(trial) : '', searched: trial?.metrics['accuracy'] };
  });
}
