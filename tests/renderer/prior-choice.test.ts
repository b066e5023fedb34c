/** What a new search begins with, in the New run form: the table of the program on other data, as
 * long as a person says nothing else, and never where it would be refused. */
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { DatasetView } from '../../src/bridge/schemas/records.ts';
import { SHIPPED_TABLE, shippedPriorWords } from '../../src/bridge/words/prior-words.ts';
import { STRATEGY_INFOS } from '../../src/core/strategies/registry.ts';
import { PRIOR, proposedPrior } from '../../src/renderer/form/prior-choice.ts';
import { useCatalog } from '../../src/renderer/stores/catalog.ts';
import { useNewRun } from '../../src/renderer/stores/new-run.ts';

beforeEach(() => {
  vi.stubGlobal('sessionStorage', { getItem: () => null, setItem: () => undefined });
  setActivePinia(createPinia());
  useCatalog().strategyOf = (id) => STRATEGY_INFOS.find((one) => one.id === id);
});

const asked = (): unknown => useNewRun().checked.input?.prior;

describe('what a new search begins with', () => {
  test('is the table on data that are new to it, and nothing on its own', () => {
    expect(proposedPrior('mine')).toBe('shipped');
    expect(proposedPrior(SHIPPED_TABLE.dataset)).toBe('none');
    const form = useNewRun();
    expect(asked()).toBe('none');
    form.set('dataset', 'mine');
    // Of a wide space, which is where it begins, the table knows no student.
    expect(asked()).toBe('none');
    form.set('space', 'compact');
    expect(asked()).toBe('shipped');
    form.set('dataset', SHIPPED_TABLE.dataset);
    expect(asked()).toBe('none');
    form.searchOn('others');
    expect(asked()).toBe('shipped');
  });

  test('is a name of the data set, until a person gives one', () => {
    const form = useNewRun();
    form.set('dataset', 'birds');
    expect(form.draft['name']).toBe('Search on birds');
    form.searchOn('others');
    expect(form.draft['name']).toBe('Search on others');
    form.set('name', 'Mine');
    form.set('dataset', 'birds');
    expect(form.draft['name']).toBe('Mine');
  });

  test('is families that fit the data set: a chosen one stays where it fits', () => {
    const modality = { name: 'skill', title: 'Skill', channel: 0, bytes: 1, values: 9 } as const;
    const example = { kind: 'sequence', modalities: [modality] } as const;
    // Sound: nothing else of a data set is asked for.
    useCatalog().datasetOf = (name) => ({ ...(name === 'pupils' && { example }) }) as DatasetView;
    const form = useNewRun();
    form.set('dataset', 'pupils');
    // None is named: not those of another kind of data.
    expect(form.checked.input?.families).toBeUndefined();
    expect(form.families).toEqual(['gru', 'sakt']);
    form.set('families', ['sakt']);
    form.searchOn('pupils');
    expect(form.draft['families']).toEqual(['sakt']);
    form.searchOn('birds');
    expect(form.draft['families']).toBe('');
    form.set('families', ['vit']);
    form.set('dataset', 'fashion-mnist');
    expect(form.draft['families']).toEqual(['vit']);
  });

  test('is what a person says', () => {
    const form = useNewRun();
    form.set('space', 'compact');
    form.set('dataset', 'mine');
    form.set(PRIOR, 'none');
    expect(asked()).toBe('none');
  });

  test('is nothing with a strategy that would refuse it, or beside earlier runs', () => {
    const form = useNewRun();
    form.set('space', 'compact');
    form.set('dataset', 'mine');
    form.set('strategy.id', 'random');
    expect(asked()).toBe('none');
    form.set('strategy.id', 'trade');
    expect(asked()).toBe('shipped');
    form.set('transferFrom', ['r1']);
    expect(asked()).toBe('none');
  });

  test('is told in words before it starts', () => {
    expect(shippedPriorWords(1398)).toContain('Begins with what 1,398 of these students reached on Fashion-MNIST');
    expect(shippedPriorWords(0)).toContain('compact space alone: the search begins without it');
  });
});
