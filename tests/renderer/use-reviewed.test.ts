/** Predictions of compared networks: what could not be read is said, and can be read once more. */
import { beforeEach, expect, test, vi } from 'vitest';
import { effectScope, nextTick } from 'vue';
import type { BridgeClient } from '../../src/bridge/client.ts';
import { WorkbenchError } from '../../src/core/errors.ts';
import { installClient } from '../../src/renderer/api.ts';
import { comparedTeacher, markedNetworks } from '../../src/renderer/compare/compared.ts';
import { agreeingPairs, useReviewed } from '../../src/renderer/compare/use-reviewed.ts';
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
  const [teacher] = markedNetworks([comparedTeacher({ ...fixtureTeacher, name: 'busy' })]);
  if (teacher === undefined) throw new Error('It is one.');
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

test('of several pairs nobody is called better by chance: p is corrected by Holm over all of them', () => {
  const examples = 200;
  const labels = new Uint8Array(examples);
  /** Right in the first `right` examples. */
  const network = (key: string, right: number) => {
    const probabilities = new Float32Array(2 * examples);
    labels.forEach((_, image) => (probabilities[2 * image + (image < right ? 0 : 1)] = 1));
    return { key, title: key, place: 0, view: { count: examples, classes: 2, probabilities, labels } };
  };
  // Seven examples: p of one test .016, of three .047 and of ten .16.
  const [first, second] = [network('a', 100), network('b', 107)];
  const alone = agreeingPairs([first, second]);
  expect(alone[0]?.agreement.p).toBeCloseTo(2 ** -6, 10);
  expect(alone[0]?.words).toMatch(/^b is better/);
  const crowd = agreeingPairs([first, second, network('c', 100), network('d', 101), network('e', 102)]);
  const same = crowd.find((pair) => pair.first.key === 'a' && pair.second.key === 'b');
  expect(crowd).toHaveLength(10);
  expect(same?.agreement.p).toBeGreaterThan(0.05);
  expect(same?.words).toMatch(/^No significant difference.* corrected by Holm over 10 pairs/);
});
