/** A one-shot search, from its order to what its paths count. */
import { join } from 'node:path';
import { mixingSpace } from '../../../core/one-shot/method.ts';
import { oneShotMethod } from '../../../core/one-shot/registry.ts';
import { writeWeights } from '../../files/checkpoint.ts';
import { createModel } from '../../model/model.ts';
import { assertFits } from '../../one-shot/memory.ts';
import { searchSupernet } from '../../one-shot/search.ts';
import type { SearchTask } from '../../one-shot/search-task.ts';
import { readSearchState, writeSearchState } from '../../one-shot/state-file.ts';
import { stageReporter } from '../run.ts';
import type { TrainerRun } from '../run.ts';
import { lessonsOf } from '../train/run.ts';

export const runSupernet: TrainerRun<'supernet'> = async (input, tools) => {
  const { networks, method: name, recipe, seed, resumeFrom } = input;
  const { jobId, folders, report, yieldToEvents } = tools;
  const [first] = networks;
  if (first === undefined) throw new Error('A search has a network');
  const { images, teacher } = await lessonsOf({ ...input, graph: first.graph }, tools);
  const space = mixingSpace(first, input.limits);
  const task: SearchTask = {
    networks: networks.map(({ graph, edges }) => ({ model: createModel(graph), edges })),
    ...{ name, method: oneShotMethod(input, space), limits: space.limits },
    ...{ recipe, seed, train: images, ...(teacher && { teacher }) },
  };
  assertFits(task.networks, recipe.batchSize);
  const start = resumeFrom === undefined ? undefined : readSearchState(resumeFrom, task);
  const before = process.cpuUsage();
  const cpuSeconds = (): number => {
    const { user, system } = process.cpuUsage(before);
    return (start?.cpuSeconds ?? 0) + (user + system) / 1e6;
  };
  const pathOf = (what: number | string): string => join(folders.temp, `${jobId}-${what}.safetensors`);
  const { state: end, network } = await searchSupernet(
    { ...task, ...(start && { start: start.state }) },
    {
      yieldToEvents,
      onStep: stageReporter(report, 'searching'),
      onJudged: stageReporter(report, 'judging students'),
      onEpoch: (state, { shares, loss }) => {
        const checkpoint = writeSearchState(pathOf(state.epoch), task, { state, cpuSeconds: cpuSeconds() });
        report({ type: 'epoch', epoch: state.epoch, shares: [...shares], loss, checkpoint });
      },
    },
  );
  return {
    ...{ epochs: end.epoch, mixing: [...end.mixing.alpha], cpuSeconds: cpuSeconds() },
    checkpoint: writeWeights(pathOf('final'), network.model.layout, end.weights),
  };
};
