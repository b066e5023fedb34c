import { describe, expect, test } from 'vitest';
import { DATA_KINDS } from '../../src/core/data-kinds.ts';
import { searchFields } from '../../src/renderer/form/form-model.ts';
import { inWordsOf, isOfKind } from '../../src/renderer/form/kind-fields.ts';

const fields = searchFields();
const shown = (kind: keyof typeof DATA_KINDS): readonly string[] =>
  fields
    .filter((field) => isOfKind(DATA_KINDS[kind], field, field.initial))
    .flatMap(({ path }) =>
      path.startsWith('recipe.augmentation.') ? [path.slice('recipe.augmentation.'.length)] : [],
    );

describe('the form on a kind of data', () => {
  test('offers what its examples may have done to them, and nothing else', () => {
    // A window of answers could be flipped, and was then learned backwards.
    for (const kind of ['image', 'spectrogram', 'sequence'] as const) {
      expect([...shown(kind)].sort()).toEqual([...DATA_KINDS[kind].augmentations].sort());
    }
  });

  test('shows what a search of a file asks for all the same: it is refused there', () => {
    const flip = fields.find(({ path }) => path === 'recipe.augmentation.flip');
    const cutout = fields.find(({ path }) => path === 'recipe.augmentation.cutout');
    if (flip === undefined || cutout === undefined) throw new Error('The form lacks a field.');
    expect(isOfKind(DATA_KINDS.sequence, flip, true)).toBe(true);
    expect(isOfKind(DATA_KINDS.sequence, cutout, '0')).toBe(false);
    expect(isOfKind(DATA_KINDS.sequence, cutout, '4')).toBe(true);
  });

  test('speaks of its examples in titles and hints', () => {
    const wordsOf = (path: string): string => {
      const field = fields.find((one) => one.path === path);
      const { title = '', hint = '' } = field ? inWordsOf(DATA_KINDS.sequence, field) : {};
      return `${title}. ${hint}`;
    };
    expect(wordsOf('trainImages')).toMatch(/^Training answers\./);
    expect(wordsOf('limits.macs')).toMatch(/^Most MACs per answer\./);
    expect(wordsOf('recipe.epochs')).toMatch(/training answers/);
  });
});
