/** Cards of data sets that an archive brings or that are here: they tell which students exist. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SearchConfig } from '../../core/records/run.ts';
import { fingerprintOf, readDatasetCard } from '../library/dataset-files.ts';
import type { DatasetCard } from '../../core/records/dataset-card.ts';
import type { UnpackOrder } from './orders.ts';

/**
 * By which the students of a run are looked at: of the data set that came with it, else of the one
 * of its name that is here, unless that is known to be another.
 */
export async function cardOf(
  { resources, workspace }: UnpackOrder,
  own: ReadonlyMap<string, DatasetCard>,
  { dataset, datasetFingerprint }: SearchConfig,
): Promise<DatasetCard | undefined> {
  const known = own.get(dataset);
  if (known !== undefined) return known;
  const here = (await cardsIn(join(resources, 'datasets'))).get(dataset);
  const card = here ?? (await cardsIn(join(workspace, 'datasets'))).get(dataset);
  const isOther = card && datasetFingerprint !== undefined && fingerprintOf(card) !== datasetFingerprint;
  return isOther ? undefined : card;
}

export async function cardsIn(folder: string): Promise<ReadonlyMap<string, DatasetCard>> {
  const cards = new Map<string, DatasetCard>();
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const card = await readDatasetCard(join(folder, name)).catch(() => undefined);
    if (card !== undefined) cards.set(name, card);
  }
  return cards;
}
