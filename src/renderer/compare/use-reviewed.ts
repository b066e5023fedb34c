/** The compared networks whose predictions are here, all on the same examples; the others with the
 * reason. */
import { computed, watch } from 'vue';
import type { PredictionsView } from '../../bridge/schemas/records.ts';
import type { Noun } from '../../core/data-kinds.ts';
import type { DrawnNetwork } from '../charts/chart.ts';
import { holm } from '../../core/math/paired-bootstrap.ts';
import type { Agreement } from '../review/agreement.ts';
import { agreementOf, verdictWords } from '../review/agreement.ts';
import { usePredictions } from '../review/use-predictions.ts';
import type { Marked } from './compared.ts';

export interface Reviewed extends DrawnNetwork {
  readonly view: PredictionsView;
}

export function useReviewed(all: () => readonly Marked[]) {
  const predictions = usePredictions();
  watch(all, (networks) => networks.forEach(({ network }) => void predictions.read(network)), { immediate: true });

  const read = computed(() => all().map((one) => ({ ...one, read: predictions.of(one.network) })));
  const here = computed(() =>
    read.value.flatMap(({ key, title, place, read: found }): readonly Reviewed[] =>
      found?.state === 'here' ? [{ key, title, place, view: found.view }] : [],
    ),
  );
  const reviewed = computed(() => {
    const [first] = here.value;
    return first ? here.value.filter(({ view }) => isSameSplit(first.view, view)) : [];
  });
  /** Networks that are compared without predictions, and why. */
  const absent = computed(() =>
    read.value.flatMap(({ key, title, read: found }): readonly Absent[] => {
      if (reviewed.value.some((one) => one.key === key)) return [];
      if (found === undefined || found.state === 'reading') return [{ title, state: 'reading', reason: STILL_READ }];
      if (found.state === 'missing') return [{ title, state: 'missing', reason: found.reason }];
      return [{ title, state: 'apart', reason: 'it saw other examples than the first one.' }];
    }),
  );
  /** Once more for those whose predictions could not be read. */
  const again = (): void => all().forEach(({ network }) => void predictions.read(network));
  return { reviewed, absent, again };
}

export interface AgreeingPair {
  readonly first: Reviewed;
  readonly second: Reviewed;
  /** Its p is corrected by Holm over all pairs. */
  readonly agreement: Agreement;
  /** Whether one of them may be called better. */
  readonly words: string;
}

/** Each two of them that saw the same examples, with what that says of the better one. */
export function agreeingPairs(networks: readonly Reviewed[], noun?: Noun): readonly AgreeingPair[] {
  const pairs = networks.flatMap((first, index) =>
    networks.slice(index + 1).flatMap((second) => {
      const agreement = agreementOf(first.view, second.view);
      return agreement === undefined ? [] : [{ first, second, agreement }];
    }),
  );
  const adjusted = holm(pairs.map(({ agreement }) => agreement.p));
  return pairs.map(({ first, second, agreement: alone }, index) => {
    const agreement = { ...alone, p: adjusted[index] ?? alone.p };
    const words = verdictWords(agreement, first.title, second.title, noun, pairs.length);
    return { first, second, agreement, words };
  });
}

export interface Absent {
  readonly title: string;
  readonly state: 'reading' | 'missing' | 'apart';
  /** A sentence behind a colon. */
  readonly reason: string;
}

const STILL_READ = 'its predictions are still being read.';

function isSameSplit(left: PredictionsView, right: PredictionsView): boolean {
  const isAsLarge = left.count === right.count && left.classes === right.classes;
  return left === right || (isAsLarge && left.labels.every((label, place) => label === right.labels[place]));
}
