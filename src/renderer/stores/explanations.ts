/** Why runs went as they did, as far as it was asked; each explanation with the state of the run
 * that it is of. */
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import { useClient } from '../api.ts';
import type { Explanation } from '../../core/strategies/explain.ts';

interface Explained {
  readonly explanation: Explanation;
  readonly state: string;
}

export const useExplanations = defineStore('explanations', () => {
  const explained = shallowRef<ReadonlyMap<string, Explained>>(new Map());
  const explanationOf = (id: string): Explanation | undefined => explained.value.get(id)?.explanation;
  const stateOf = (id: string): string | undefined => explained.value.get(id)?.state;

  /** `state`: what the run looked like when it was asked. */
  async function read(id: string, state: string): Promise<void> {
    const explanation = await useClient().runs.explain({ id });
    explained.value = new Map(explained.value).set(id, { explanation, state });
  }

  return { explanationOf, stateOf, read };
});
