/** An explanation in sentences and cells: why families got what they got, and how far predictions
 * can be trusted. */
import type { Explanation } from '../../../core/strategies/explain.ts';
import type { SearchConfig } from '../../../core/records/run.ts';
import { sourceWords } from '../../../core/strategies/registry.ts';
import type { Calibration } from '../../../core/surrogate/calibration.ts';
import type { Trial } from '../../../core/records/trial.ts';
import { digits, formatExact, formatPercent, formatPlural } from '../../format.ts';
import { gainWords, sourceTitle } from '../../words.ts';

const LIST = new Intl.ListFormat('en', { type: 'conjunction' });

type Account = Explanation['families'][number];
type Scored = Pick<SearchConfig, 'objectives' | 'reference'>;

/** `Reference 1 · Region 6 · Global 2`, the arm that chose most first. */
export function armsText({ sources }: Account): string {
  return Object.entries(sources)
    .sort(([, left], [, right]) => right - left)
    .map(([source, count]) => `${sourceTitle(source)} ${count}`)
    .join(' · ');
}

/** Students of a family, those that failed among them, and the seconds that all of them trained:
 * from the same trials, so that they agree. */
export function familyCounts(trials: readonly Trial[], family: string) {
  const own = trials.filter((trial) => trial.candidate.family === family);
  const failed = own.filter(({ state }) => state === 'failed').length;
  return { students: own.length, failed, seconds: own.reduce((sum, { seconds }) => sum + seconds, 0) };
}

/** In the objective's own unit. */
export function bestText(best: number | undefined, { objectives }: Scored): string {
  if (best === undefined) return '–';
  return objectives[0]?.metric === 'accuracy' ? formatPercent(best, 2) : digits(best, 4);
}

/** Which family got most, what was expected of it and what would be lost without it; what the
 * global arm did. */
export function allocationSentences(
  { families, globalShare, predictions }: Explanation,
  scored: Scored,
  familyTitle: (family: string) => string,
): readonly string[] {
  const all = families.reduce((sum, { proposed }) => sum + proposed, 0);
  const mostBy = (read: (account: Account) => number): Account | undefined =>
    families.toSorted((left, right) => read(right) - read(left))[0];
  const most = mostBy(({ proposed }) => proposed);
  if (!most || most.proposed === 0) return [];
  const title = familyTitle(most.family);
  const sentences = [
    `${title} got most: ${formatExact(most.proposed)} of ${formatPlural(all, 'student')} (${armsText(most)}).`,
  ];
  const promise = ({ expectedGain = -1 }: Account): number => (Number.isFinite(expectedGain) ? expectedGain : -1);
  const hopeful = mostBy(promise);
  if (hopeful?.expectedGain !== undefined && promise(hopeful) >= 0) {
    const gain = gainWords(hopeful.expectedGain, scored);
    const whose = hopeful === most ? 'Its students promised' : `Students of ${familyTitle(hopeful.family)} promised`;
    sentences.push(`${whose} most when they were chosen: ${gain} each.`);
  }
  const dearest = mostBy(({ share }) => share);
  if (dearest && dearest.share > 0) {
    sentences.push(
      `Without ${familyTitle(dearest.family)} the front would lose most: ${formatPercent(dearest.share)} of its ` +
        'hypervolume.',
    );
  }
  if (globalShare !== undefined && predictions.length > 0) {
    sentences.push(
      `Of the students that the surrogate chose, ${formatPercent(globalShare, 0)} lay outside all regions ` +
        '(global arm).',
    );
  }
  const ownArms = ownArmsSentence(families, familyTitle);
  return ownArms === undefined ? sentences : [...sentences, ownArms];
}

/** Which families went on by arms of their own, and why; `undefined` where none did. */
function ownArmsSentence(families: readonly Account[], familyTitle: (family: string) => string): string | undefined {
  const steps = families
    .map(({ family, sources }) => {
      const byOwn = Object.entries(sources).filter(([source]) => sourceWords(source)?.role === 'family');
      return { family, own: byOwn.reduce((sum, [, count]) => sum + count, 0) };
    })
    .filter(({ own }) => own > 0)
    .sort((left, right) => right.own - left.own);
  const [first, ...others] = steps;
  if (!first) return undefined;
  const most = `${formatPlural(first.own, 'student')} of ${familyTitle(first.family)}`;
  const rest = others.map(({ family, own }) => `${formatExact(own)} of ${familyTitle(family)}`);
  const verb = rest.length === 0 && first.own === 1 ? 'comes' : 'come';
  const arm = rest.length === 0 ? "the family's own arm: it" : "the families' own arms: each";
  return (
    `${LIST.format([most, ...rest])} ${verb} from ${arm} had hardly been tried, and all else promised ` +
    'next to nothing.'
  );
}

/** Of all families together, whose `family` is `undefined`, then of each. `coverage`: shares of
 * outcomes inside the 50, 80 and 95 % intervals. */
export function calibrationRows({ calibration, calibrations }: Explanation) {
  if (!calibration) return [];
  const all = { family: undefined, calibration };
  return [all, ...calibrations].map(({ family, calibration: one }) => ({
    family,
    count: String(one.count),
    coverage: one.coverage.map(({ share }) => formatPercent(share, 0)),
    bias: signed(one.bias),
    spread: one.spread.toFixed(2),
    logScore: signed(one.logScore),
    rank: Number.isFinite(one.rankCorrelation) ? signed(one.rankCorrelation) : '–',
  }));
}

const signed = (value: number): string => value.toFixed(2).replace('-', '−');

/** So many predictions tell something of their deviations. */
const LEAST = 8;

/**
 * Bias and width, each only where it lies beyond two standard errors of a calibrated surrogate's:
 * of the mean of z, 1/√n; of the mean of z², √(2/n).
 */
export function calibrationSentences({ calibration, leftOut }: Explanation): readonly string[] {
  const sentences = calibration ? [biasSentence(calibration)] : [];
  if (calibration && calibration.count >= LEAST) sentences.push(widthSentence(calibration));
  if (leftOut) sentences.push(leftOutSentence(leftOut));
  return sentences;
}

function biasSentence({ count, bias }: Calibration): string {
  if (count < LEAST) return `${formatPlural(count, 'prediction')} so far: too few to judge them.`;
  const mean = digits(Math.abs(bias), 2);
  const size = `${mean} ${mean === '1' ? 'deviation' : 'deviations'} on average`;
  if (Math.abs(bias) <= 2 / Math.sqrt(count)) return 'Outcomes lie on both sides of the predictions: no bias shows.';
  return `Students turned out ${bias > 0 ? 'better' : 'worse'} than predicted, by ${size}.`;
}

function widthSentence({ count, spread }: Calibration): string {
  const excess = spread ** 2 - 1;
  if (Math.abs(excess) <= 2 * Math.sqrt(2 / count)) return 'The deviations are about as wide as they should be.';
  return excess > 0
    ? `The deviations are too small: outcomes lie ${digits(spread, 2)} times as far off as they say.`
    : `The deviations are too large: outcomes lie only ${digits(spread, 2)} times as far off as they say.`;
}

function leftOutSentence({ count, logScore, unaided }: NonNullable<Explanation['leftOut']>): string {
  const gain = logScore - unaided;
  const what = `Left out one by one, the ${formatPlural(count, 'result')} are predicted`;
  return gain > 0
    ? `${what} better from the others than by their mean alone, by ${digits(gain, 2)} nats each.`
    : `${what} no better from the others than by their mean alone (${digits(gain, 2).replace('-', '−')} nats each).`;
}
