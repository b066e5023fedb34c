import { join } from 'node:path';
import { dataKindOf, saidOf } from '../../../core/data-kinds.ts';
import type { Dataset } from '../../data/dataset.ts';
import { importEnsemble } from '../../teachers/ensemble/import.ts';
import { importLogits } from '../../teachers/logits/import.ts';
import { importOnnx } from '../../teachers/onnx/import.ts';
import { importStudent } from '../../teachers/student/import.ts';
import type { YieldToEvents } from '../../training/evaluate.ts';
import { stageReporter } from '../run.ts';
import type { TrainerRun } from '../run.ts';
import type { Input } from '../tasks.ts';
import type { ImportedTeacher } from './task.ts';

export const runTeacherImport: TrainerRun<'importTeacher'> = async (input, tools) => {
  const { jobId, folders, cache, report, yieldToEvents } = tools;
  const directory = join(folders.temp, `${jobId}-teacher`);
  const dataset = await cache.open(input.dataset, { yieldToEvents });
  const { noun } = dataKindOf(dataset.card);
  const stage = (words: string) => stageReporter(report, saidOf(noun, words));
  return { directory, ...(await imported(input, dataset, directory, yieldToEvents, stage)) };
};

type Stage = (words: string) => (done: number, total: number) => void;

function imported(
  { source, ...order }: Input<'importTeacher'>,
  dataset: Dataset,
  directory: string,
  yieldToEvents: YieldToEvents,
  stage: Stage,
): Promise<Omit<ImportedTeacher, 'directory'>> {
  switch (source.kind) {
    case 'onnx':
      return importOnnx({ ...order, source }, dataset, directory, yieldToEvents, stage);
    case 'logits':
      return importLogits({ ...order, source }, dataset, directory, yieldToEvents, stage);
    case 'ensemble':
      return importEnsemble({ ...order, source }, dataset, directory, yieldToEvents, stage);
    case 'student':
      return importStudent({ ...order, source }, dataset, directory, yieldToEvents, stage);
  }
}
