/** A run `run_1` with a finished student that has real weights, and one that waits. */
import { join } from 'node:path';
import { studentFamily } from '../../src/core/arch/families/registry.ts';
import { writeWeights } from '../../src/compute/files/checkpoint.ts';
import { initialWeights, layoutOf } from '../../src/compute/model/parameters.ts';
import type { Workspace } from '../../src/store/workspace.ts';
import { asked, COSTS, finished, searchConfig } from './store-records.ts';

export const FINISHED = 'run_1-0000';
export const QUEUED = 'run_1-0001';

/** The reference ResNet for Fashion-MNIST, untrained. Gives the path of its checkpoint. */
export function addFinishedStudent({ store, files }: Workspace, name = 'Nice search, take 2'): string {
  const { reference, build } = studentFamily('resnet', { inputShape: [28, 28, 1], classes: 10 });
  const event = asked(0, 1);
  const proposals = event.proposals.map((one) => ({ ...one, candidate: { family: 'resnet', config: reference } }));
  // What a page can be shown: no infinite limit.
  const config = { ...searchConfig(name), limits: [] };
  store.createRun({ id: 'run_1', config, strategyVersion: 1, sample: false });
  store.recordAsked('run_1', { ...event, proposals }, [COSTS, COSTS], 3);
  store.startTrial(FINISHED);
  const layout = layoutOf(build(reference));
  const { path, ...facts } = writeWeights(join(files.temp, 'final.safetensors'), layout, initialWeights(layout, 3));
  const adopted = files.adopt(path, `${FINISHED}.safetensors`, facts);
  store.finishTrial(FINISHED, { ...finished(adopted.file), checkpoint: { epoch: 3, ...adopted } });
  return files.pathOf(adopted.file);
}
