/**
 * Ways to show a network examples: what people do in practice, in the order of how common it is.
 * What a person has said is not guessed. Mean and deviation are in units of the scale. Steps have
 * neither: they are bytes, or bytes over 255 as in files that this program exports.
 */
import type { DataKind } from '../../../core/data-kinds.ts';
import { WorkbenchError } from '../../../core/errors.ts';
import type { Normalisation, OnnxGuess, OnnxReading, SaidOfTeacher } from '../../../core/records/teacher-card.ts';
import type { Port } from './ports.ts';

/** torchvision's, of pixels from 0 to 1: red, green, blue. */
const IMAGENET = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] } as const;
const RANGES = { '0-1': [0, 1], '0-255': [0, 255], '-1-1': [-1, 1] } as const;

type Moment = NonNullable<SaidOfTeacher['mean']>;
type Scale = keyof typeof RANGES;

export interface Guess extends Pick<OnnxGuess, 'scale' | 'mean' | 'deviation'> {
  readonly port: Port;
  readonly order: OnnxReading['order'];
  /** Of value / 255. */
  readonly normalisation: Normalisation;
}

const USUAL: readonly (readonly [Scale, Moment, Moment])[] = [
  ['0-1', 'none', 'none'],
  ['0-1', 'dataset', 'dataset'],
  ['0-1', 'imagenet', 'imagenet'],
  ['-1-1', 'none', 'none'],
  ['0-255', 'none', 'none'],
  ['0-255', 'imagenet', 'none'],
];

const OF_STEPS: typeof USUAL = [
  ['0-255', 'none', 'none'],
  ['0-1', 'none', 'none'],
];

/** Whose examples these are. */
export interface ShownKind extends Pick<DataKind, 'gives'> {
  /** Of the data set's pixels, over 255. */
  readonly own: Normalisation;
}

/** At least one. Throws `usage.invalid` for numbers that fit no channels. */
export function guessesFor(
  ports: readonly Port[],
  said: SaidOfTeacher,
  { gives, own }: ShownKind,
  order: OnnxReading['order'] = said.order ?? 'rgb',
): readonly Guess[] {
  return ports.flatMap((port) =>
    waysFor(port, gives, said)
      .filter(([, mean, deviation]) => fits(port, own, mean) && fits(port, own, deviation))
      .map(([scale, mean, deviation]) => ({
        ...{ port, order, scale, mean: words(mean), deviation: words(deviation) },
        normalisation: normalisationOf(port, scale, mean, deviation, own),
      })),
  );
}

function waysFor(
  { type }: Port,
  gives: ShownKind['gives'],
  { scale, mean, deviation }: SaidOfTeacher,
): readonly (readonly [Scale, Moment, Moment])[] {
  if (!type.startsWith('float')) return [['0-255', 'none', 'none']];
  const like = (one: Moment, wish: Moment | undefined): boolean => wish === undefined || wish === one;
  const usual = (gives === 'steps' ? OF_STEPS : USUAL).filter(
    ([one, itsMean, itsDeviation]) =>
      (scale === undefined || one === scale) && like(itsMean, mean) && like(itsDeviation, deviation),
  );
  if (usual.length > 0) return usual;
  return [[scale ?? '0-1', mean ?? 'none', deviation ?? 'none']];
}

/** ImageNet's numbers are of three channels, the data set's of as many as it has. */
function fits({ channels }: Port, own: Normalisation, moment: Moment): boolean {
  if (moment === 'imagenet') return channels === 3;
  return moment !== 'dataset' || typeof own.mean === 'number' || own.mean.length === channels;
}

/** x = lowest + range v, then (x - mean) / deviation, for v from 0 to 1. */
function normalisationOf(
  { channels }: Port,
  scale: Scale,
  mean: Moment,
  deviation: Moment,
  own: Normalisation,
): Normalisation {
  const [lowest, highest] = RANGES[scale];
  const range = highest - lowest;
  const each = (moment: Moment, of: 'mean' | 'deviation'): readonly number[] => {
    const known = moment === 'imagenet' ? IMAGENET[of] : moment === 'dataset' ? own[of] : undefined;
    if (known !== undefined) {
      const shift = of === 'mean' ? lowest : 0;
      return spread(known, channels, of).map((value) => shift + range * value);
    }
    return spread(typeof moment === 'string' ? (of === 'mean' ? 0 : 1) : moment, channels, of);
  };
  const means = each(mean, 'mean');
  const deviations = each(deviation, 'deviation');
  if (!deviations.every((value) => Number.isFinite(value) && value > 0)) {
    throw new WorkbenchError('usage.invalid', 'deviation: every number has to be above 0.', { field: 'deviation' });
  }
  return {
    mean: means.map((value) => (value - lowest) / range),
    deviation: deviations.map((value) => value / range),
  };
}

function spread(value: number | readonly number[], channels: number, field: string): readonly number[] {
  const all = typeof value === 'number' ? [value] : value;
  if (all.length === channels) return all;
  const [only] = all;
  if (all.length === 1 && only !== undefined) return new Array<number>(channels).fill(only);
  const problem = `${field}: ${all.length} numbers are given, and the network takes ${channels} channels.`;
  throw new WorkbenchError('usage.invalid', problem, { field });
}

const words = (moment: Moment): string => (typeof moment === 'string' ? moment : moment.join(', '));
