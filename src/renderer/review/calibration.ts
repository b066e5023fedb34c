/**
 * Are a network's probabilities what they claim? Reliability by bins of confidence and the expected
 * calibration error (Naeini et al. 2015; Guo et al. 2017, equation 3).
 *
 * symbol      meaning
 * confidence  the largest probability of an image
 * B_m         images whose confidence lies in ((m - 1) / M, m / M]
 * ECE         sum over m of |B_m| / n * |accuracy(B_m) - confidence(B_m)|
 */
import type { PredictionsView } from '../../bridge/schemas/records.ts';
import { predictedClasses } from './confusion.ts';

/** As many as Guo et al. have. */
const BINS = 15;

export interface CalibrationBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Means over the bin's images; NaN where it is empty. */
  readonly confidence: number;
  readonly accuracy: number;
}

export interface Calibration {
  readonly bins: readonly CalibrationBin[];
  readonly ece: number;
  /** Mean confidence less accuracy: above 0 the network believes too much of itself. */
  readonly excess: number;
}

export function calibrationOf(predictions: PredictionsView, count = BINS): Calibration {
  const { classes, probabilities, labels } = predictions;
  const sums = Array.from({ length: count }, () => ({ count: 0, confidence: 0, right: 0 }));
  let counted = 0;
  for (const [image, predicted] of predictedClasses(predictions).entries()) {
    const confidence = probabilities[image * classes + predicted] ?? NaN;
    const sum = sums[Math.min(count - 1, Math.max(0, Math.ceil(confidence * count) - 1))];
    // A network whose outputs are no numbers claims nothing.
    if (sum === undefined) continue;
    counted += 1;
    sum.count += 1;
    sum.confidence += confidence;
    sum.right += predicted === labels[image] ? 1 : 0;
  }
  const bins = sums.map((sum, index) => ({
    ...{ from: index / count, to: (index + 1) / count, count: sum.count },
    ...{ confidence: sum.confidence / sum.count, accuracy: sum.right / sum.count },
  }));
  const filled = bins.filter((bin) => bin.count > 0);
  const weighted = (value: (bin: CalibrationBin) => number): number =>
    filled.reduce((sum, bin) => sum + (bin.count / counted) * value(bin), 0);
  return {
    bins,
    ece: counted === 0 ? NaN : weighted((bin) => Math.abs(bin.accuracy - bin.confidence)),
    excess: counted === 0 ? NaN : weighted((bin) => bin.confidence - bin.accuracy),
  };
}
