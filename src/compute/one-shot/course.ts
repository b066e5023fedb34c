/** Which epochs of a search belong to which of its stages. */
import { stagesOf } from '../../core/one-shot/method.ts';
import type { OneShotMethod } from '../../core/one-shot/method.ts';

export interface Span {
  /** Which of the method's stages. */
  readonly stage: number;
  /** Its first epoch, and the one after its last, from 0. */
  readonly first: number;
  readonly end: number;
  /** Before this epoch weights alone are trained. */
  readonly mixesFrom: number;
  /** Paths that each edge has in play. */
  readonly keep: number;
}

/** In their order; of so few epochs that one would have none, it is left out. At least one. */
export function spansOf(method: Pick<OneShotMethod, 'stages' | 'warmup'>, epochs: number): readonly Span[] {
  let [share, first] = [0, 0];
  const spans = stagesOf(method).map((stage, index, all): Span => {
    share += stage.share;
    // Shares are sums of fractions: the last ends where the search does.
    const end = index === all.length - 1 ? epochs : Math.min(epochs, Math.round(share * epochs));
    const mixesFrom = first + Math.round((method.warmup ?? 0) * (end - first));
    const span = { stage: index, first, end, mixesFrom, keep: stage.keep };
    first = end;
    return span;
  });
  const some = spans.filter((span) => span.end > span.first);
  return some.length > 0 ? some : spans.slice(0, 1);
}

/** That of the epoch before: after so many epochs what is at hand is still that stage's. */
export const spanAfter = (spans: readonly Span[], epochs: number): Span => {
  const span = spans.find(({ end }) => epochs <= end) ?? spans.at(-1);
  if (span === undefined) throw new Error('A search has at least one stage');
  return span;
};
