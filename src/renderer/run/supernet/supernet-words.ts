/** A one-shot search in sentences: how far it is, and what came of it. */
import { candidateKey } from '../../../core/space/candidate-key.ts';
import type { DerivedStudent, SearchAccount } from '../../../core/one-shot/account.ts';
import type { RunState } from '../../../core/records/run.ts';
import type { Trial } from '../../../core/records/trial.ts';
import type { Noun } from '../../../core/data-kinds.ts';
import { metricTitle } from '../../words.ts';
import { formatCount, formatDuration, formatPlural, formatTimeLeft } from '../../format.ts';

type Course = Pick<SearchAccount, 'askedAt' | 'mixed' | 'epochs' | 'state'>;

/** By the median of the times between epochs, so that a pause in between does not count;
 * `undefined` while none is known, and once it is over. */
function secondsLeft({ askedAt, mixed, epochs, state }: Course): number | undefined {
  const times = [askedAt, ...mixed.map(({ at }) => at)].map((at) => Date.parse(at) / 1000);
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? NaN));
  gaps.sort((left, right) => left - right);
  const each = gaps[Math.floor(gaps.length / 2)];
  const done = mixed.at(-1)?.epoch ?? 0;
  return each === undefined || !Number.isFinite(each) || state !== 'open' ? undefined : each * (epochs - done);
}

/** `DrNAS (Chen et al. 2021): epoch 12 of 20, about 3 min left.` */
export function courseWords(account: SearchAccount, run: RunState): string {
  const { title, source, mixed, epochs, state, cpuSeconds = 0 } = account;
  const by = source === undefined ? title : `${title} (${source})`;
  const done = mixed.at(-1)?.epoch ?? 0;
  switch (state) {
    case 'done':
      return `${by}: ${formatPlural(epochs, 'epoch')}, ${formatDuration(cpuSeconds)} of all processors.`;
    case 'failed':
      return `${by}: it failed after ${formatPlural(done, 'epoch')}.`;
    case 'open': {
      const left = run === 'running' ? formatTimeLeft(secondsLeft(account)) : 'it goes on when the run does';
      return `${by}: epoch ${done} of ${epochs}${left === '' ? '' : `, ${left}`}.`;
    }
  }
}

/** That the search led to, where it was asked for. A strategy may have taken another than the
 * method named, and says why. */
export function derivedTrial({ family, student }: SearchAccount, trials: readonly Trial[]): Trial | undefined {
  const key = student && candidateKey({ family, config: student.config });
  const named = trials.find(({ candidate }) => candidateKey(candidate) === key);
  return named ?? trials.find(({ why, candidate }) => why.source === 'derived' && candidate.family === family);
}

/** Costs of a student beside the limits that it was to stay within. */
export function costFacts(
  student: Pick<DerivedStudent, 'params' | 'macs'>,
  limits: SearchAccount['limits'],
  noun?: Noun,
): readonly (readonly [string, string])[] {
  const within = (cost: number, limit: number | undefined): string =>
    limit === undefined ? formatCount(cost) : `${formatCount(cost)} of ${formatCount(limit)}`;
  return [
    ['Parameters', within(student.params, limits?.params)],
    [metricTitle('macs', noun), within(student.macs, limits?.macs)],
  ];
}

export const testing = { secondsLeft };
