import { pixelsFor, readNetwork } from '../../export/export-job.ts';
import { inspectNetwork } from '../../inspect.ts';
import type { TrainerRun } from '../run.ts';

export const runInspection: TrainerRun<'inspect'> = async (input, { cache }) => {
  const dataset = cache.dataset(input.dataset);
  const network = readNetwork(input.source, dataset);
  const pixels = pixelsFor(network, dataset);
  return { images: pixels.count, layers: inspectNetwork(network, pixels) };
};
