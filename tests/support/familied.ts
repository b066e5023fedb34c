/** A search as the host has it once its data set, one of images, is known. */
import type { FamiliedSearch, ParsedSearchInput } from '../../src/bridge/schemas/records.ts';
import { imageRecipe } from '../../src/core/data-kinds.ts';
import { defaultFamilyNames } from '../../src/core/arch/families/registry.ts';

export const familied = (parsed: ParsedSearchInput): FamiliedSearch => ({
  ...parsed,
  families: parsed.families ?? [...defaultFamilyNames({})],
  recipe: imageRecipe(parsed.recipe),
});
