/** What the weights of each layer are like, and its outputs on some validation images. */
import { z } from '../../../core/records/zod.ts';
import type { LayerStatistics } from '../../../core/layer-statistics.ts';
import { datasetRef, networkSource } from '../inputs.ts';
import type { Task } from '../outputs.ts';

export const inspectInput = z.object({ source: networkSource, dataset: datasetRef });

export type InspectTask = Task<
  typeof inspectInput,
  never,
  { readonly layers: readonly LayerStatistics[]; readonly images: number }
>;
