/** Predictions of compared networks: what could not be read is said, and can be read once more. */
import { beforeEach, expect, test, vi } from 'vitest';
import { effectScope, nextTick } from 'vue';
import type { BridgeClient } from '../../src/bridge/client.ts';
import { WorkbenchError } from '../../src/core/errors.ts';
import { installClient } from '../../src/renderer/api.ts';
import { comparedTeacher } from '../../src/renderer/compare/compared.ts';
import { useReviewed } from '../../src/renderer/compare/use-reviewed.ts';
import { fixturePredictions, fixtureTeacher } from '../support/gallery/fixtures.ts';
import { mockHost } from '../support/mock/mock-host.ts';

let failures: number;
let asked: number;

beforeEach(() => {
  [failures, asked] = [1, 0];
  const base = mockHost('empty').client;
  const client: BridgeClient = {
    ...base,
    review: {
      ...base.review,
      predictions: async () => {
        asked += 1;
        if (asked <= failures) throw new WorkbenchError('trainer.failed', 'The trainer said nothing for 120 s.');
        return fixturePredictions(0.8, 1, 50);
      },
    },
  };
  installClient(client);
});

test('a teacher whose predictions did not come is named with the reason, and comes when one tries again', async () => {
  const teacher = comparedTeacher({ ...fixtureTeacher, name: 'busy' });
  const scope = effectScope();
  const found = scope.run(() => useReviewed(() => [teacher]));
  expect(found?.absent.value).toMatchObject([{ state: 'reading' }]);
  await vi.waitFor(() => expect(found?.absent.value[0]?.state).toBe('missing'));
  expect(found?.absent.value[0]).toMatchObject({ title: teacher.title, reason: 'The trainer said nothing for 120 s.' });
  found?.again();
  await nextTick();
  await vi.waitFor(() => expect(found?.reviewed.value.map(({ key }) => key)).toEqual([teacher.key]));
  expect(found?.absent.value).toEqual([]);
  // What is here already is not computed once more.
  found?.again();
  expect(asked).toBe(2);
  scope.stop();
});
