/** Writes a data set folder in the form of `resources/datasets`: `dataset.json` and two gzipped IDX
 * files a split. */
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { DatasetCard } from '../../../core/records/dataset-card.ts';
import { SPLITS } from '../../../core/records/sources.ts';
import type { SplitName } from '../../../core/records/sources.ts';
import { writeAtomically } from '../../files/atomic-file.ts';
import type { Split } from '../dataset.ts';
import { idxBytes } from '../idx.ts';

const zip = promisify(gzip);

type Facts = Omit<DatasetCard, 'splits'>;

/** Resolves when all is on the disk, the card last. `step` is called for each of the six data
 * files. Throws `disk.full`. */
export async function writeDataset(
  directory: string,
  facts: Facts,
  splits: Readonly<Record<SplitName, Split>>,
  step: () => Promise<void>,
): Promise<void> {
  const [height, width, channels] = facts.shape;
  const size = channels === 1 ? [height, width] : [height, width, channels];
  const write = async (name: string, shape: readonly number[], values: Uint8Array) => {
    await step();
    const file = `${name}.idx${shape.length}.gz`;
    const { bytes, sha256 } = writeAtomically(join(directory, file), await zip(idxBytes(shape, values)));
    return { file, bytes, sha256 };
  };
  const cards: [SplitName, DatasetCard['splits'][SplitName]][] = [];
  for (const name of SPLITS) {
    const { count, pixels, labels } = splits[name];
    const images = await write(`${name}-images`, [count, ...size], pixels);
    const classes = await write(`${name}-labels`, [count], labels);
    cards.push([name, { count, balance: balanceOf(labels, facts.classes.length), images, labels: classes }]);
  }
  // Sound: one entry for each of the names.
  const card: DatasetCard = { ...facts, splits: Object.fromEntries(cards) as DatasetCard['splits'] };
  writeAtomically(join(directory, 'dataset.json'), Buffer.from(`${JSON.stringify(card, undefined, 2)}\n`));
}

/** Images of each class. */
function balanceOf(labels: Uint8Array, classes: number): readonly number[] {
  const balance = new Array<number>(classes).fill(0);
  for (const label of labels) balance[label] = (balance[label] ?? 0) + 1;
  return balance;
}
