/** What examples are called while the catalog is on its way, and of a data set that has gone. */
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, test } from 'vitest';
import type { DatasetView } from '../../src/bridge/schemas/records.ts';
import { installClient } from '../../src/renderer/api.ts';
import type { HostClient } from '../../src/renderer/api.ts';
import { useKind } from '../../src/renderer/kinds.ts';
import { useCatalog } from '../../src/renderer/stores/catalog.ts';
import { fixtureDataset } from '../support/gallery/fixtures.ts';

const modality = { name: 'skill', title: 'Skill', channel: 0, bytes: 1, values: 9 } as const;
const pupils: DatasetView = {
  ...{ ...fixtureDataset, name: 'pupils' },
  example: { kind: 'sequence', modalities: [modality] },
};

beforeEach(() => {
  setActivePinia(createPinia());
  // Sound: nothing else of the host is asked; its families are counted for ever.
  installClient({
    system: { info: () => Promise.resolve({}) },
    catalog: {
      datasets: () => Promise.resolve([pupils]),
      teachers: () => Promise.resolve([]),
      strategies: () => Promise.resolve([]),
      families: () => new Promise(() => undefined),
    },
  } as unknown as HostClient);
});

// On a busy machine answers of pupils were images for the seconds that families took.
test('a data set has its own noun before the families are counted', async () => {
  const catalog = useCatalog();
  void catalog.read();
  const { said } = useKind(() => 'pupils');
  await expect.poll(() => said('Training {many}')).toBe('Training answers');
  expect(catalog.isRead).toBe(false);
});

test('one that has gone, or is not known yet, has examples, not images', () => {
  const { said, examples } = useKind(() => 'gone');
  expect([said('Shape of {a one}'), examples(2, 'training ')]).toEqual(['Shape of an example', '2 training examples']);
});
