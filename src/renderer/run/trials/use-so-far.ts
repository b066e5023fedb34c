/** What students in training have come to: after the last epoch of each that is not over. */
import { watch } from 'vue';
import type { Trial } from '../../../core/records/trial.ts';
import { useCall } from '../../api.ts';
import { useRecords } from '../../stores/records.ts';

export interface SoFar {
  readonly epoch: number;
  /** On validation; a share. */
  readonly accuracy: number;
  /** That its epochs took. */
  readonly seconds: number;
}

/** Curves of those that train are read as they begin, and followed. */
export function useSoFar(trials: () => readonly Trial[]): (trial: Trial) => SoFar | undefined {
  const records = useRecords();
  const { call } = useCall();

  watch(
    () =>
      trials()
        .filter(({ state, epochsDone }) => state === 'running' && epochsDone > 0)
        .map(({ id }) => id)
        .join(' '),
    (ids) => ids !== '' && void call(() => records.readEpochs(ids.split(' '))),
    { immediate: true },
  );

  return ({ id, state }) => {
    const points = state === 'running' ? (records.epochsOf(id) ?? []) : [];
    const last = points.at(-1);
    if (last === undefined) return undefined;
    const seconds = points.reduce((sum, point) => sum + point.seconds, 0);
    return { epoch: last.epoch, accuracy: last.validationAccuracy, seconds };
  };
}
