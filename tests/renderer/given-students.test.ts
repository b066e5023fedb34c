/** Students of a wide space that are given to the New run form: they keep their space, and a search
 * instead of them has one of its own. */
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, test, vi } from 'vitest';
import { searchInputSchema } from '../../src/bridge/schemas/records.ts';
import { useNewRun } from '../../src/renderer/stores/new-run.ts';

beforeEach(() => {
  vi.stubGlobal('sessionStorage', { getItem: () => null, setItem: () => undefined });
  setActivePinia(createPinia());
});

test('given students keep every level of their space; a search instead has those of its own', () => {
  const form = useNewRun();
  const levels = { vit: { blocks: [1, 2], width: [8, 16] } };
  const students = [{ family: 'vit', config: { blocks: 1, width: 8 } }];
  const strategy = { id: 'listed' };
  form.load(searchInputSchema.parse({ name: 'again', space: 'wide', scale: 25_000, levels, students, strategy }));
  expect(form.checked.input).toMatchObject({ space: 'wide', scale: 25_000, levels, students });
  form.searchInstead();
  expect(form.checked.input).toMatchObject({ space: 'wide', scale: 25_000 });
  expect(form.checked.input).not.toHaveProperty('levels');
  expect(form.checked.input).not.toHaveProperty('students');
});
