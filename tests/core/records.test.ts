/** Records by their schemas: what people may leave out, a record holds. */
import { describe, expect, it } from 'vitest';
import { imageRecipe } from '../../src/core/data-kinds.ts';
import { DISTILLATION_DEFAULTS } from '../../src/core/records/distillation.ts';
import { recipeSchema } from '../../src/core/records/recipe.ts';

const accepts = (value: unknown): boolean => recipeSchema.safeParse(value).success;

describe('a complete recipe', () => {
  const whole = imageRecipe({});

  it('is refused where any setting is missing: a trainer would compute with none', () => {
    expect(accepts(whole)).toBe(true);
    const lacking = (key: string) => Object.fromEntries(Object.entries(whole).filter(([name]) => name !== key));
    expect(Object.keys(whole).filter((key) => accepts(lacking(key)))).toEqual([]);
    const { cutout: _, ...augmentation } = whole.augmentation;
    expect(accepts({ ...whole, augmentation })).toBe(false);
  });

  it.each(Object.entries(DISTILLATION_DEFAULTS))('says every number of the loss %s, and its name', (_, loss) => {
    const withLoss = (distillation: unknown) => accepts({ ...whole, distillation });
    expect(withLoss(loss)).toBe(true);
    const lacking = (key: string) => Object.fromEntries(Object.entries(loss).filter(([name]) => name !== key));
    expect(Object.keys(loss).filter((key) => withLoss(lacking(key)))).toEqual([]);
    expect(withLoss({ ...loss, stray: 1 })).toBe(false);
  });

  it('may still leave out what has no default', () => {
    expect(whole).not.toHaveProperty('seconds');
    expect(accepts({ ...whole, seconds: 9 })).toBe(true);
    expect(accepts({ ...whole, seconds: -9 })).toBe(false);
  });

  it('is the very record that the input gives: nothing is changed on the way', () => {
    const input = imageRecipe({ milestones: [0.3], distillation: { loss: 'at' } });
    expect(recipeSchema.parse(input)).toEqual(input);
  });
});
