/** The parts of a run: those that its strategy can fill, and no empty ones. */
import { expect, test } from 'vitest';
import { STRATEGY_INFOS } from '../../src/core/strategies/registry.ts';
import { RUN_TABS, tabsOf } from '../../src/renderer/run/tabs.ts';

const idsOf = (id: string, options: Readonly<Record<string, boolean>> = {}, students?: readonly never[]) =>
  tabsOf(
    { strategy: { id, options }, ...(students && { students }) },
    STRATEGY_INFOS.find((info) => info.id === id),
  ).map((tab) => tab.id);

test('a run of TRADE has regions and predictions, one of the global process has no regions', () => {
  expect(idsOf('trade')).toEqual(expect.arrayContaining(['regions', 'predictions']));
  expect(idsOf('gp-ehvi')).toContain('predictions');
  expect(idsOf('gp-ehvi')).not.toContain('regions');
  expect(idsOf('random')).toEqual(expect.not.arrayContaining(['regions', 'predictions']));
});

test('a part that an option turns off has no tab', () => {
  expect(idsOf('trade', { regions: false })).not.toContain('regions');
  expect(idsOf('trade', { regions: true })).toContain('regions');
});

test('given students have their seeds, and nothing of a search', () => {
  const ids = idsOf('listed', {}, []);
  expect(ids[0]).toBe('students');
  expect(ids).toEqual(expect.not.arrayContaining(['regions', 'predictions']));
});

test('a strategy that is no more, or not known yet, may have had any part', () => {
  const others = RUN_TABS.map(({ id }) => id).filter((id) => id !== 'students' && id !== 'supernet');
  expect(idsOf('trade-0')).toEqual(others);
});

test('a run that trains one network of all students shows it, and no other does', () => {
  const config = { strategy: { id: 'any', options: {} } };
  const shown = (needs: readonly ('supernet' | 'legs')[]) => tabsOf(config, { needs }).map(({ id }) => id);
  expect(shown(['supernet'])).toContain('supernet');
  expect(shown(['legs'])).not.toContain('supernet');
  expect(idsOf('trade')).not.toContain('supernet');
});
