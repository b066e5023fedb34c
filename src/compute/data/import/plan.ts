/** What becomes of a source: the size of its examples, and which of them go into which split. */
import { sizeOf } from '../../../core/arch/ops.ts';
import { dataKindOf } from '../../../core/data-kinds.ts';
import type { DataKind } from '../../../core/data-kinds.ts';
import { SPLITS } from '../../../core/records/sources.ts';
import type { SplitName } from '../../../core/records/sources.ts';
import type { ImportOptions } from '../../tasks/import/task.ts';
import type { Faults } from './faults.ts';
import { assertWhole, dealGroups } from './groups.ts';
import { partition } from './partition.ts';
import { unusable } from './source.ts';
import type { Source, SourceImages } from './source.ts';
import type { ImageForm } from './write-dataset.ts';

const SIDES = { least: 8, most: 224 } as const;
/** Of files of images, where nothing is said. */
const DEFAULT_SIDE = 32;
/** Images up to this side, and so many bytes of pixels, are kept as gzipped IDX files, and trained
 * on from memory; anything else is kept as rows. */
const HELD = { side: 64, bytes: 192 * 2 ** 20 } as const;

/** What its examples are called. */
export const nounOf = ({ example }: Pick<Source, 'example'>): DataKind['noun'] => dataKindOf({ example }).noun;

/** What is wrong with the set may be for the files that are broken: those are told first. */
export function planned(path: string, source: Source, options: ImportOptions, faults: Faults): Plan {
  try {
    checkSource(path, source);
    return planOf(path, source, options);
  } catch (error) {
    faults.assertNone();
    throw error;
  }
}

function checkSource(path: string, source: Source): void {
  const { classes, parts } = source;
  const { many } = nounOf(source);
  for (const [name, { labels }] of Object.entries(parts)) {
    if (labels.length === 0) throw unusable(path, `it has no ${name} ${many}`);
  }
  assertWhole(path, source);
  const seen = new Set(parts.train.labels);
  if (seen.size >= 2) return;
  const only = classes[parts.train.labels[0] ?? 0] ?? '';
  throw unusable(path, `all training ${many} are of one class, "${only}"; at least 2 are needed`);
}

export type CutShares = Partial<ImportOptions['shares']>;

export interface Plan {
  readonly shape: readonly [number, number, number];
  readonly fit: ImportOptions['fit'];
  readonly form: ImageForm;
  /** Of the splits that are cut from the training images. */
  readonly shares: CutShares;
  readonly splits: Readonly<Record<SplitName, { readonly images: SourceImages; readonly order: Uint32Array }>>;
}

/** The source's own splits, and those it lacks cut from its training images. */
function planOf(path: string, source: Source, options: ImportOptions): Plan {
  const { classes, parts, example } = source;
  const shape = shapeOf(path, source, options);
  const { shares: wanted, seed } = options;
  const shares = { ...(!parts.val && { val: wanted.val }), ...(!parts.test && { test: wanted.test }) };
  const { labels, columns } = parts.train;
  // Of groups there may be few: only what is cut has to be shared among them.
  const chosen = columns?.group && dealGroups(path, labels, columns.group, shares, seed);
  const taught = new Set(labels.filter((_, index) => chosen === undefined || chosen[index] === 'train'));
  if (taught.size < 2) {
    throw unusable(path, 'its groups leave one class to train on: a group that is a class cannot be left out');
  }
  const orders = partition(path, labels, classes, shares, seed, chosen);
  const split = (name: SplitName) => {
    const images = name === 'train' ? undefined : parts[name];
    return images
      ? { images, order: Uint32Array.from(images.labels.keys()) }
      : { images: parts.train, order: orders[name] ?? new Uint32Array() };
  };
  const splits = { train: split('train'), val: split('val'), test: split('test') };
  const bytes = bytesOf({ splits, shape });
  // Steps are read as a whole, however many they are.
  const isSmall = bytes <= HELD.bytes || example?.kind === 'sequence';
  const isHeld = isSmall && (example !== undefined || Math.max(shape[0], shape[1]) <= HELD.side);
  return { shape, fit: options.fit, form: isHeld ? 'idx' : 'rows', shares, splits };
}

/** Square images of one size and so many channels; what is no image keeps the size that it has. */
function shapeOf(path: string, { parts, example }: Source, options: ImportOptions): Plan['shape'] {
  const { size, channels } = parts.train;
  if (example !== undefined && size !== undefined) return [size.height, size.width, channels];
  const own = size === undefined ? DEFAULT_SIDE : Math.max(size.height, size.width);
  const side = options.side ?? own;
  const { least, most } = SIDES;
  if (side < least || side > most) {
    const now = size === undefined ? '' : `its images are ${size.height} x ${size.width}; `;
    throw unusable(path, `${now}choose a size from ${least} to ${most}`);
  }
  return [side, side, options.gray ? 1 : Math.max(...Object.values(parts).map((part) => part.channels))];
}

export const bytesOf = ({ splits, shape }: Pick<Plan, 'splits' | 'shape'>): number =>
  SPLITS.reduce((sum, name) => sum + splits[name].order.length, 0) * sizeOf(shape);
