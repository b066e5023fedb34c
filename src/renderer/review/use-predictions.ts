/** Predictions of a network on the validation split, read when first needed and kept: they never change. */
import { shallowReactive } from 'vue';
import { useClient } from '../api.ts';
import { toWorkbenchError } from '../../bridge/errors.ts';
import type { PredictionsView } from '../../bridge/schemas.ts';

/** A student by its id, a teacher by its name. */
export type Network =
  { readonly kind: 'student'; readonly id: string } | { readonly kind: 'teacher'; readonly id: string };

export type Predictions =
  | { readonly state: 'reading' }
  | { readonly state: 'here'; readonly view: PredictionsView }
  | { readonly state: 'missing'; readonly reason: string };

const kept = shallowReactive(new Map<string, Predictions>());

export function usePredictions() {
  const client = useClient();
  const keyOf = ({ kind, id }: Network): string => `${kind} ${id}`;

  async function read(network: Network): Promise<void> {
    const key = keyOf(network);
    const known = kept.get(key);
    if (known !== undefined && known.state !== 'missing') return;
    kept.set(key, { state: 'reading' });
    try {
      const view = await (network.kind === 'student'
        ? client.trials.predictions({ id: network.id })
        : client.catalog.teacherPredictions({ teacher: network.id }));
      kept.set(key, { state: 'here', view });
    } catch (error) {
      kept.set(key, { state: 'missing', reason: toWorkbenchError(error).message });
    }
  }

  const of = (network: Network): Predictions | undefined => kept.get(keyOf(network));
  return { read, of };
}
