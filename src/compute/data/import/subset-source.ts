/** A data set of ours as a source: some of its classes, and of each so many training images. */
import { chosenColumns } from '../../../core/columns.ts';
import { WorkbenchError } from '../../../core/errors.ts';
import { createRng, split as splitSeed } from '../../../core/math/rng.ts';
import type { SplitName } from '../../../core/records/sources.ts';
import type { SubsetOptions } from '../../tasks/import/task.ts';
import { openDataset, pixelsIn } from '../dataset.ts';
import type { Dataset } from '../dataset.ts';
import { uniformImages } from './source.ts';
import type { Source, SourceImages, SourceRequest } from './source.ts';

/**
 * Validation images a class where training has fewer: with ten, an accuracy would move in steps of
 * a tenth. Where it has more, validation has as many: who has few labels has few to choose by.
 */
const LEAST_VALIDATION = 50;

/** All of the classes' images where nothing is said of how many. The test keeps its images. */
export const validationPerClass = (perClass: number | undefined): number | undefined =>
  perClass === undefined ? undefined : Math.max(perClass, LEAST_VALIDATION);

/** Throws `dataset.*`, and `usage.invalid` where a class has fewer images than are asked for. */
export async function readSubsetSource({ path, options, yieldToEvents, report }: SourceRequest): Promise<Source> {
  const { subset, seed } = options;
  if (subset === undefined) throw new Error('A subset is made of classes, and none are named');
  const dataset = await openDataset(path, undefined, { yieldToEvents, onProgress: report });
  const most = { train: subset.perClass, val: validationPerClass(subset.perClass), test: undefined };
  assertEnough(dataset, subset);
  const { recordings } = dataset.card.splits.train;
  const part = (name: SplitName): SourceImages => chosenOf(dataset, name, subset.classes, most[name], seed);
  return {
    classes: subset.classes.map((label) => nameOf(dataset, label)),
    parts: { train: part('train'), val: part('val'), test: part('test') },
    ...(dataset.card.example && { example: dataset.card.example }),
    ...(dataset.card.groups && { groups: dataset.card.groups }),
    ...(recordings && { samples: recordings.samples }),
    warnings: [],
  };
}

const nameOf = ({ card }: Dataset, label: number): string => card.classes[label] ?? '';

function assertEnough(dataset: Dataset, { classes, perClass = 1 }: SubsetOptions): void {
  const { labels } = dataset.split('train');
  for (const label of classes) {
    const count = labels.filter((one) => one === label).length;
    if (count >= perClass) continue;
    const [name, set] = [nameOf(dataset, label), dataset.card.id];
    const message =
      `perClass: ${perClass} training images of each class are asked for, and "${name}" of ${set} has ${count}. ` +
      'Ask for fewer, or leave the class out.';
    throw new WorkbenchError('usage.invalid', message, { field: 'perClass' });
  }
}

/** Fewer of one seed are among more of it; where all are kept, they stand as they stood. */
function chosenOf(
  dataset: Dataset,
  name: SplitName,
  classes: readonly number[],
  most: number | undefined,
  seed: number,
): SourceImages {
  const all = dataset.split(name);
  const places = classes.flatMap((label) => {
    const members = [...all.labels.keys()].filter((index) => all.labels[index] === label);
    const drawn = createRng(splitSeed(seed, label)).shuffle(members);
    return most === undefined ? members : drawn.slice(0, most);
  });
  places.sort((left, right) => left - right);
  const [height, width, channels] = dataset.card.shape;
  const bytes = height * width * channels;
  const labels = Uint8Array.from(places, (place) => classes.indexOf(all.labels[place] ?? 0));
  const read = (first: number): Uint8Array => {
    const place = places[first / bytes] ?? 0;
    return pixelsIn(all, place, place + 1);
  };
  const columns = chosenColumns(dataset.columns(name), places);
  const known = dataset.names(name);
  const names = known && { names: places.map((place) => known[place] ?? '') };
  if (dataset.card.example === undefined) {
    return { ...uniformImages({ height, width, channels, read, labels }), columns, ...names };
  }
  return {
    ...{ size: { height, width }, channels, labels, columns, ...names },
    read: (example) => {
      const sound = dataset.recording(name, places[example] ?? 0);
      return Promise.resolve({ pixels: read(example * bytes), ...(sound && { sound }) });
    },
  };
}
