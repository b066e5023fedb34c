/** What a data set's examples are called and how they are shown, for views. */
import { computed } from 'vue';
import type { ComputedRef } from 'vue';
import { kindOfFound, saidOf } from '../core/data-kinds.ts';
import type { DataKind } from '../core/data-kinds.ts';
import { formatExamples } from './format.ts';
import { useCatalog } from './stores/catalog.ts';

export interface KindWords {
  readonly kind: ComputedRef<DataKind>;
  /** A sentence with places for the noun of its examples (`saidOf`). */
  said(sentence: string): string;
  /** `which`: with the space behind it. */
  examples(count: number, which?: string): string;
}

/** One that has gone, or is not known yet, is spoken of as examples. */
export function useKind(dataset: () => string | undefined): KindWords {
  const catalog = useCatalog();
  const kind = computed(() => kindOfFound(catalog.datasetOf(dataset() ?? '')));
  return {
    kind,
    said: (sentence) => saidOf(kind.value.noun, sentence),
    examples: (count, which) => formatExamples(count, kind.value.noun, which),
  };
}
