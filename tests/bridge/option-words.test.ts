import { expect, test } from 'vitest';
import { LISTED, STRATEGY_INFOS } from '../../src/core/strategies/registry.ts';
import { optionValueText, optionWords, testing } from '../../src/bridge/words/option-words.ts';

const names = new Set([...STRATEGY_INFOS, LISTED.info].flatMap(({ defaults }) => Object.keys(defaults)));

test('every option of every strategy has words, and no words are of options that are gone', () => {
  // The form said "TRADE: familyArm".
  expect(Object.keys(testing.OPTION_WORDS).sort()).toEqual([...names].sort());
  for (const name of names) expect(optionWords(name).title).not.toBe(name);
});

test('a default that is chosen from words is one of them', () => {
  for (const { defaults } of [...STRATEGY_INFOS, LISTED.info]) {
    for (const [name, value] of Object.entries(defaults)) {
      const { choices } = optionWords(name);
      if (choices) expect(Object.keys(choices)).toContain(String(value));
    }
  }
});

test('values are told in words, and those that nobody has described as they are', () => {
  expect(optionValueText('regions', true)).toBe('yes');
  expect(optionValueText('growth', 'random')).toBe('By chance');
  expect(optionValueText('growth', 'other')).toBe('other');
  expect(optionWords('constructor')).toEqual({ title: 'constructor', hint: '' });
  expect(optionValueText('alpha', 0.3)).toBe('0.3');
});
