/**
 * Which way to show a network images is right, by its accuracy on validation images: all ways on
 * some images, the best of them on more. Where two are alike, cross-entropy decides.
 */
import type { OnnxGuess, OnnxReading, SaidOfTeacher } from '../../../core/records/teacher-card.ts';
import { dataKindOf } from '../../../core/data-kinds.ts';
import { WorkbenchError } from '../../../core/errors.ts';
import type { Dataset } from '../../data/dataset.ts';
import { evaluationOf } from '../../training/evaluate.ts';
import type { YieldToEvents } from '../../training/evaluate.ts';
import { areProbabilities, bothClasses, kindOfOne, logitOf, placesOf } from '../answers.ts';
import { guessesFor } from './guesses.ts';
import type { Guess } from './guesses.ts';
import type { ByteImages } from './images.ts';
import type { Port } from './ports.ts';
import type { OnnxNetwork } from './session.ts';
import { logitsOf } from './teacher.ts';

export interface Judged {
  readonly reading: OnnxReading;
  readonly guess: OnnxGuess;
  readonly loss: number;
}

export interface Trial {
  readonly network: OnnxNetwork;
  readonly dataset: Dataset;
  /** Of the validation split. */
  readonly images: ByteImages;
  readonly said: SaidOfTeacher;
  readonly ports: readonly Port[];
  readonly output: string;
  readonly batch: Pick<OnnxReading, 'batch' | 'isFixed'>;
  /** Numbers that the output gives for an image; two where it gives `one` for two classes. */
  readonly outputs: number;
  readonly givesOne: boolean;
}

const FEW = 256;
const MORE = 1024;
/** So many of the best are tried in the other order of channels, and on more images. */
const BEST = 3;
/** Accuracies that few images cannot tell apart. */
const ALIKE = 0.05;
/** Another order of classes has to be so much better than the data set's own. */
const CLEAR = 0.1;

/** All ways that were tried, the one to be taken first. Never none. */
export async function judgeGuesses(
  trial: Trial,
  yieldToEvents: YieldToEvents,
  onProgress: (done: number, total: number) => void,
): Promise<readonly Judged[]> {
  const { dataset, said, ports } = trial;
  const { gives } = dataKindOf(dataset.card);
  const first = guessesFor(ports, said, { gives, own: dataset.normalisation });
  const other = said.order === undefined && gives === 'map' && dataset.card.shape[2] === 3 ? BEST : 0;
  const total = first.length + other;
  let done = 0;
  const judge = async (guess: Guess, count: number): Promise<Tried> => {
    const tried = { how: guess, ...(await judgeOne(trial, guess, count, yieldToEvents)) };
    onProgress(Math.min((done += 1), total), total);
    return tried;
  };
  const tried: Tried[] = [];
  let fault: unknown;
  for (const guess of first) {
    await judge(guess, FEW).then(
      (one) => tried.push(one),
      (error: unknown) => {
        // Some networks fail on what they do not know: then it is not the way.
        if (!isMismatch(error)) throw error;
        fault ??= error;
      },
    );
  }
  if (tried.length === 0) throw fault;
  for (const { how } of tried.sort(byWorth).slice(0, other)) {
    if (how.port.channels === 3) tried.push(await judge({ ...how, order: 'bgr' }, FEW));
  }
  const [best] = tried.sort(byWorth);
  const alike = tried.filter((one) => best !== undefined && worthOf(one) >= worthOf(best) - ALIKE).slice(0, BEST);
  if (alike.length > 1 && trial.images.count > FEW) {
    for (const one of alike) tried[tried.indexOf(one)] = await judge(one.how, MORE);
  }
  return tried.sort(byWorth);
}

const isMismatch = (error: unknown): boolean => error instanceof WorkbenchError && error.code === 'teacher.mismatch';

interface Tried extends Judged {
  readonly how: Guess;
}

/** Blue first is rare, and costs a network that sees shapes next to nothing: it has to be so much
 * better that chance did not make it so. Where a person says the order, all have the same. */
const worthOf = ({ guess: { accuracy, order } }: Judged): number =>
  Number.isFinite(accuracy) ? accuracy - (order === 'bgr' ? ALIKE : 0) : -1;
const byWorth = (left: Judged, right: Judged): number =>
  worthOf(right) - worthOf(left) || (left.loss === right.loss ? 0 : left.loss < right.loss ? -1 : 1);

async function judgeOne(trial: Trial, guess: Guess, count: number, yieldToEvents: YieldToEvents): Promise<Judged> {
  const { network, dataset, images, said, output, batch, outputs, givesOne } = trial;
  const samples = spreadOver(images.count, Math.min(count, images.count));
  const { port, order, normalisation, scale, mean, deviation } = guess;
  const all = Array.from({ length: outputs }, (_, place) => place);
  const raw: OnnxReading = { ...port, ...batch, output, order, normalisation, gives: 'logits', places: all };
  const rows = await logitsOf(network, raw, { dataset, images, samples }, yieldToEvents, () => undefined);
  const labels = Uint8Array.from(samples, (sample) => dataset.split('val').labels[sample] ?? 0);
  // One number was read as a logit, which stands behind that of the first class.
  const one = givesOne ? rows.filter((_, place) => place % 2 === 1) : undefined;
  const found = one ? kindOfOne(one) : areProbabilities(rows, outputs) ? 'probabilities' : 'logits';
  const gives = said.gives ?? found;
  const logits = (one ? bothClasses(one, gives) : rows).map((value) => logitOf(value, gives));
  const own = placesOf(said.classes, dataset.card.classes, outputs);
  const inOrder = evaluated(logits, labels, own, outputs);
  const other = said.classes === undefined ? matchedPlaces(logits, labels, outputs) : undefined;
  const matched = other && evaluated(logits, labels, other, outputs);
  const isOther = matched !== undefined && matched.accuracy > inOrder.accuracy + CLEAR;
  const { accuracy, loss } = isOther ? matched : inOrder;
  const classes = said.classes ? 'as said' : isOther ? 'matched' : 'in order';
  return {
    reading: { ...raw, gives, places: (isOther ? other : undefined) ?? own },
    guess: { layout: port.layout, order, scale, mean, deviation, classes, accuracy, images: samples.length },
    loss,
  };
}

function evaluated(rows: Float32Array, labels: Uint8Array, places: readonly number[], outputs: number) {
  const logits = Float32Array.from({ length: labels.length * places.length }, (_, index) => {
    const image = Math.floor(index / places.length);
    return rows[image * outputs + (places[index % places.length] ?? 0)] ?? NaN;
  });
  return evaluationOf(logits, labels, places.length);
}

/** Of each output the class of most images that it is highest for; absent where two outputs claim
 * one class. */
function matchedPlaces(rows: Float32Array, labels: Uint8Array, classes: number): readonly number[] | undefined {
  const counts = Array.from({ length: classes }, () => new Uint32Array(classes));
  labels.forEach((label, image) => {
    const row = rows.subarray(image * classes, (image + 1) * classes);
    const votes = counts[row.indexOf(Math.max(...row))];
    if (votes !== undefined && label < classes) votes[label] = (votes[label] ?? 0) + 1;
  });
  const claimed = counts.map((votes) => votes.indexOf(Math.max(...votes)));
  if (new Set(claimed).size < classes) return undefined;
  return claimed.map((_, label) => claimed.indexOf(label));
}

/** Images of a split in the order of their classes are seen from all of them. */
const spreadOver = (count: number, wanted: number): Int32Array =>
  Int32Array.from({ length: wanted }, (_, index) => Math.floor((index * count) / wanted));

export const testing = { byWorth };
