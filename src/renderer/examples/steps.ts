/** A window of steps as records: what is known of each, latest last. */
import { ANSWERED } from '../../core/records/example.ts';
import type { Modality } from '../../core/records/example.ts';
import { stepValue } from '../../core/sequences/steps.ts';
import type { DatasetView } from '../../bridge/schemas/records.ts';
import { formatPlural } from '../format.ts';

export interface Step {
  /** Of the whole window, from 1. */
  readonly number: number;
  /** The class of its answer; undefined where it is to be told. */
  readonly answer: number | undefined;
  /** Of every other modality, in their order; 0: nothing is known. */
  readonly values: readonly number[];
}

export interface Steps {
  readonly names: readonly string[];
  readonly classes: readonly string[];
  /** Steps before the beginning, which hold nothing. */
  readonly before: number;
  readonly steps: readonly Step[];
}

/** Of two classes the first is a wrong answer: told apart by mark and colour. */
export const MARKS = [
  { mark: '✗', tone: 'bad' },
  { mark: '✓', tone: 'good' },
] as const;

const modalitiesOf = ({ example }: Pick<DatasetView, 'example'>): readonly Modality[] =>
  example?.kind === 'sequence' ? example.modalities : [];

/** `bytes`: `[steps][1][bytes]`. */
export function stepsOf({
  dataset,
  bytes,
}: {
  readonly dataset: Pick<DatasetView, 'example' | 'shape' | 'classes'>;
  readonly bytes: Uint8Array;
}): Steps {
  const [count = 0, , width = 1] = dataset.shape;
  const all = modalitiesOf(dataset);
  const [answered] = all.filter(({ name }) => name === ANSWERED);
  const others = all.filter((one) => one !== answered);
  const valueAt = (step: number, modality: Modality): number => stepValue(bytes, step * width, modality);
  const steps = Array.from({ length: count }, (_, place): Step => {
    const answer = answered ? valueAt(place, answered) : 0;
    return {
      number: place + 1,
      answer: answer === 0 ? undefined : answer - 1,
      values: others.map((one) => valueAt(place, one)),
    };
  });
  const first = steps.findIndex(({ answer, values }) => answer !== undefined || values.some((value) => value > 0));
  const before = first < 0 ? count : first;
  return {
    ...{ names: others.map(({ title }) => title), classes: dataset.classes, before },
    steps: steps.slice(before),
  };
}

/** How columns of such windows are read. */
export function legendOf(dataset: Pick<DatasetView, 'example' | 'classes'>): string {
  const names = modalitiesOf(dataset).flatMap(({ name, title }) => (name === ANSWERED ? [] : [title]));
  const [wrong = '', right = ''] = dataset.classes;
  return (
    `A column is a step, the latest last: ${names.join(', ')}, and how it was answered (${MARKS[1].mark} ${right}, ` +
    `${MARKS[0].mark} ${wrong}, ? to be told). Values are numbers of the data set's own; 0: unknown.`
  );
}

/** A step in words: `Skill 12, right`. */
function oneStep({ names, classes }: Steps, { answer, values }: Step): string {
  const known = values.map((value, place) => `${names[place] ?? ''} ${value === 0 ? 'unknown' : value}`);
  return [...known, answer === undefined ? 'to be told' : (classes[answer] ?? String(answer))].join(', ');
}

/** A report has room for so many. */
const TOLD = 6;

/** The latest steps in words. */
export function stepWords(all: Steps): string {
  const told = all.steps.slice(-TOLD).map((step) => oneStep(all, step));
  const more = all.steps.length - told.length;
  return `${more > 0 ? `${formatPlural(more, 'step')} before; ` : ''}${told.join('; ')}`;
}
