import { describe, expect, test } from 'vitest';
import { DATA_KINDS, kindOfFound } from '../../src/core/data-kinds.ts';
import { teacherInputSchema } from '../../src/bridge/schemas/library.ts';
import { z } from '../../src/core/records/zod.ts';
import { schemaFields, searchFields } from '../../src/renderer/form/form-model.ts';
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

  // A hint of the schema, which is written of images, has one with a place in the form.
  test.each(['spectrogram', 'sequence'] as const)('speaks of no images where the examples are of %s', (name) => {
    const all = [...fields, ...schemaFields(teacherInputSchema, 'teacher')];
    const own = all.filter((field) => isOfKind(DATA_KINDS[name], field, field.initial));
    const words = own.map((field) => inWordsOf(DATA_KINDS[name], field)).map(({ title, hint }) => `${title}. ${hint}`);
    expect(words.filter((text) => /\bimages?\b|[{}]/i.test(text))).toEqual([]);
  });

  test('says of examples of no kind what the schema says of them', () => {
    const { properties = {} } = z.toJSONSchema(teacherInputSchema, { io: 'input' });
    const epochs = schemaFields(teacherInputSchema, 'teacher').find(({ path }) => path === 'teacher.epochs');
    if (epochs === undefined) throw new Error('The form lacks a field.');
    expect(properties['epochs']).toMatchObject({ description: inWordsOf(kindOfFound(undefined), epochs).hint });
  });
});
