/** CONTRIBUTING says how many files a thing of each kind takes, and says it as it is. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { recipeFiles, withRecipeTable } from '../../scripts/testing/recipe-files.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const recipes = recipeFiles(ROOT);

describe('the recipes in CONTRIBUTING', () => {
  it('have the numbers that the code has: after `recipe-files.mjs --write` they do', () => {
    const page = readFileSync(`${ROOT}/CONTRIBUTING.md`, 'utf8');
    expect(withRecipeTable(page, recipes)).toBe(page);
  });

  // A renamed example is in no file, and a room that names what it should not is one more.
  it('count files that are there, and no more than a kind may take', () => {
    const most = {
      'a strategy': 2,
      'an op': 6,
      'a view': 4,
      'a bridge method': 5,
      'a student family': 2,
      'a command': 2,
    };
    for (const { kind, files } of recipes) expect(files.length, kind).toBeGreaterThan(1);
    for (const [kind, limit] of Object.entries(most)) {
      const { files = [] } = recipes.find((recipe) => recipe.kind === kind) ?? {};
      expect(files.length, `${kind}: ${files.join(', ')}`).toBeLessThanOrEqual(limit);
    }
  });

  it('are refused for a page without a place for them', () => {
    expect(() => withRecipeTable('# Contributing', recipes)).toThrow(/no table/);
  });
});
