/** A sweep draws hundreds of ids in a moment: one that is drawn twice made none of its runs. */
import { expect, test } from 'vitest';
import { newRunId } from '../../src/host/runs/run-id.ts';

test('an id that is taken is drawn again', () => {
  const drawn = ['aaaaaa', 'aaaaaa', 'bbbbbb'];
  const at = new Date('2026-11-30T08:21:05.400Z');
  const taken = new Set<string>();
  const next = () =>
    newRunId(
      (id) => taken.has(id),
      () => drawn.shift() ?? 'cccccc',
      at,
    );
  taken.add(next());
  expect([...taken, next()]).toEqual(['20261130-082105-aaaaaa', '20261130-082105-bbbbbb']);
});
