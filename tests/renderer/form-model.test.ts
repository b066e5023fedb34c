import { describe, expect, test } from 'vitest';
import { searchInputSchema } from '../../src/bridge/schemas/records.ts';
import { DISTILLATION_DEFAULTS } from '../../src/core/records/distillation.ts';
import { checkInput } from '../../src/renderer/form/check-input.ts';
import type { Draft } from '../../src/renderer/form/form-model.ts';
import { parseNumber, parseNumbers } from '../../src/renderer/form/typed-number.ts';
import { draftToInput, initialDraft, inputToDraft, isShown, searchFields } from '../../src/renderer/form/form-model.ts';

const fields = searchFields();
const named: Draft = { ...initialDraft(fields), name: 'Test' };
const checked = (changes: Draft) => checkInput(draftToInput(fields, { ...named, ...changes }, {}));

describe('the form of a search', () => {
  test('every leaf of the schema has a field, so that a new setting cannot be forgotten', () => {
    const leaves = (value: unknown, prefix = ''): readonly string[] =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, prefix === '' ? key : `${prefix}.${key}`))
        : [prefix];
    const known = new Set(fields.map(({ path }) => path));
    const missing = leaves(searchInputSchema.parse({ name: 'x' })).filter((path) => !known.has(path));
    expect(missing).toEqual([]);
    expect(known).toContain('limits.macs');
    expect(known).toContain('trainImages');
  });

  test('the untouched form with a name is exactly the defaults of the schema', () => {
    expect(checked({}).parsed).toEqual(searchInputSchema.parse({ name: 'Test' }));
  });

  test('an empty optional field is left out, not sent as zero', () => {
    expect(draftToInput(fields, named, {})).not.toHaveProperty('trainImages');
    expect(checked({ 'limits.params': '' }).parsed?.limits).toEqual({});
    expect(checked({ 'limits.params': '200k' }).parsed?.limits).toEqual({ params: 200_000 });
  });

  test('a list of numbers is typed as such, and a fault of one of them stands beside the list', () => {
    const steps = { 'recipe.schedule': 'step', 'recipe.milestones': '0.3, 0.6;0.9' };
    expect(checked(steps).parsed?.recipe.milestones).toEqual([0.3, 0.6, 0.9]);
    expect(checked({ ...steps, 'recipe.milestones': '' }).parsed?.recipe.milestones).toEqual([]);
    expect(checked({ ...steps, 'recipe.milestones': '0.5 1.5' }).faults.get('recipe.milestones')).toBe(
      'Enter less than 1.',
    );
    expect(checked({ ...steps, 'recipe.milestones': 'half' }).faults.get('recipe.milestones')).toBe('Enter a number.');
    const draft = inputToDraft(fields, searchInputSchema.parse({ name: 'x', recipe: { schedule: 'step' } }));
    expect(draft['recipe.milestones']).toBe('0.5, 0.75');
  });

  test('milestones are asked for where there is a step schedule, and left to their defaults elsewhere', () => {
    const milestones = fields.find(({ path }) => path === 'recipe.milestones');
    if (milestones === undefined) throw new Error('There is no field for milestones');
    expect(isShown(milestones, named)).toBe(false);
    expect(isShown(milestones, { ...named, 'recipe.schedule': 'step' })).toBe(true);
    expect(checked({ 'recipe.milestones': 'nonsense' }).parsed?.recipe.milestones).toEqual([0.5, 0.75]);
  });

  test('limits and descriptions come from the schema', () => {
    const epochs = fields.find(({ path }) => path === 'recipe.epochs');
    const initial = String(searchInputSchema.parse({ name: 'x' }).recipe.epochs);
    expect(epochs).toMatchObject({ kind: 'integer', initial, range: '1 to 1,000', group: 'training' });
    expect(fields.find(({ path }) => path === 'recipe.optimizer')).toMatchObject({
      kind: 'choice',
      choices: ['sgd', 'adamw'],
    });
    expect(fields.find(({ path }) => path === 'slots')?.group).toBe('advanced');
  });

  test('every loss offers its own parameters, from its own defaults, and sends no other', () => {
    for (const [loss, defaults] of Object.entries(DISTILLATION_DEFAULTS)) {
      const draft = { ...named, 'recipe.distillation.loss': loss };
      const shown = fields.filter((field) => field.path.startsWith('recipe.distillation.') && isShown(field, draft));
      const names = shown.map(({ path }) => path.split('.').at(-1));
      expect(names.sort()).toEqual(Object.keys(defaults).sort());
      expect(checked(draft).parsed?.recipe.distillation).toEqual(defaults);
    }
  });

  test('the loss that an untouched form learns from is the one that nothing said means', () => {
    const { loss } = searchInputSchema.parse({ name: 'x' }).recipe.distillation;
    expect(fields.find(({ path }) => path === 'recipe.distillation.loss')?.initial).toBe(loss);
    expect(checked(named).parsed?.recipe).toEqual(searchInputSchema.parse({ name: 'x' }).recipe);
  });

  test('parameters of a loss that is not chosen are not taken from another', () => {
    const input = { name: 'x', recipe: { distillation: { loss: 'crd', temperature: 0.2 } } };
    const draft = inputToDraft(fields, searchInputSchema.parse(input));
    expect(draft['recipe.distillation.temperature@crd']).toBe('0.2');
    expect(draft['recipe.distillation.temperature']).toBe(String(DISTILLATION_DEFAULTS.kd.temperature));
    expect(draft['recipe.distillation.weight@dist']).toBe(String(DISTILLATION_DEFAULTS.dist.weight));
  });

  test('a configuration that is loaded and exported again is the same', () => {
    const input = {
      name: 'Loaded',
      families: ['vit'],
      limits: { macs: 1_500_000 },
      objectives: ['accuracy', 'macs'],
      recipe: { epochs: 7, augmentation: { flip: false }, distillation: { loss: 'none' } },
      seed: 42,
    };
    const parsed = searchInputSchema.parse(input);
    const back = searchInputSchema.parse(draftToInput(fields, inputToDraft(fields, parsed), {}));
    expect(back).toEqual(parsed);
  });
});

describe('numbers as they are typed', () => {
  test.each([
    ['1.5 M', 1_500_000],
    ['200k', 200_000],
    ['1,500,000', 1_500_000],
    ['1e-3', 0.001],
    [' 12 ', 12],
    ['.5', 0.5],
    // A comma before one or two digits, or behind a nought, parts no thousands: 1,5M was fifteen
    // million.
    ['1,5M', 1_500_000],
    ['1,5 k', 1500],
    ['0,015', 0.015],
    ['-1,25', -1.25],
    ['1,5e3', 1500],
    ['1500,125', 1500.125],
    ['1,500', 1500],
    ['1,500.5', 1500.5],
    ['1.500', 1.5],
    ['1.500.000', 1_500_000],
    ['1.500,5', 1500.5],
    ['1 500 000', 1_500_000],
    ['1\u202f500\u202f000', 1_500_000],
    ['1\u00a0500,5', 1500.5],
    ["1'500'000", 1_500_000],
    ['1_500_000', 1_500_000],
  ])('%s', (text, value) => expect(parseNumber(text)).toBeCloseTo(value, 9));

  test('a list has commas between its numbers, or semicolons where commas are decimal signs', () => {
    expect(parseNumbers('0.5, 0.75')).toEqual([0.5, 0.75]);
    expect(parseNumbers('0.5 0.75,')).toEqual([0.5, 0.75]);
    expect(parseNumbers('0,5; 0,75')).toEqual([0.5, 0.75]);
  });

  test.each(['', 'many', '12 x', '1.2.3', 'k', '1,2,3', '1,50,000', '1 50', '1.500.00', '1,500,00', '0,500,000', ','])(
    '"%s" stays text, for the schema to refuse',
    (text) => expect(parseNumber(text)).toBe(text),
  );
});

describe('faults beside their fields', () => {
  test.each([
    ['name', '', 'Fill this in.'],
    ['budget.trials', '0', 'Enter 1 or more.'],
    ['budget.trials', '2.5', 'Enter a whole number.'],
    ['budget.trials', 'some', 'Enter a number.'],
    ['limits.params', '1,50,000', '“1,50,000” can be read in more than one way: write 1500000, 1,500,000 or 1.5M.'],
    ['recipe.seconds', '1 50', '“1 50” can be read in more than one way: write 1500000, 1,500,000 or 1.5M.'],
    ['budget.trials', '100001', 'Enter 100,000 or less.'],
    ['recipe.learningRate', '0', 'Enter more than 0.'],
    ['recipe.momentum', '1', 'Enter less than 1.'],
    ['limits.macs', '-5', 'Enter more than 0.'],
  ])('%s = "%s": %s', (path, value, words) => {
    expect(checked({ [path]: value }).faults.get(path)).toBe(words);
    expect(checked({ [path]: value }).input).toBeUndefined();
  });

  test('families that nobody named are left out, for the host to choose by the data', () => {
    expect(checked({}).input).not.toHaveProperty('families');
  });

  test('no family at all', () => {
    expect(checked({ families: [] }).faults.get('families')).toBe('Choose at least one.');
  });
});
