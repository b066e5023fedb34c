/** Predictions of a network on the validation split, read when first needed and kept: they never
 * change. */
import { shallowReactive } from 'vue';
import { useClient } from '../api.ts';
import { toWorkbenchError } from '../../bridge/errors.ts';
import type { PredictionsView } from '../../bridge/schemas/records.ts';
import type { Network } from './network.ts';
import { networkInput, pinOf } from './network.ts';

export type Predictions =
  | { readonly state: 'reading' }
  | { readonly state: 'here'; readonly view: PredictionsView }
  | { readonly state: 'missing'; readonly reason: string };

const kept = shallowReactive(new Map<string, Predictions>());

export function usePredictions() {
  const client = useClient();
  async function read(network: Network): Promise<void> {
    const key = pinOf(network);
    const known = kept.get(key);
    if (known !== undefined && known.state !== 'missing') return;
    kept.set(key, { state: 'reading' });
    try {
      const view = await client.review.predictions(networkInput(network));
      kept.set(key, { state: 'here', view });
    } catch (error) {
      kept.set(key, { state: 'missing', reason: toWorkbenchError(error).message });
    }
  }

  const of = (network: Network): Predictions | undefined => kept.get(pinOf(network));
  return { read, of };
}
