/** A study of generators, from its order to its last cell. */
import { join } from 'node:path';
import { sideOf } from '../../../core/generator/cells.ts';
import type { GeneratorRow } from '../../../core/generator/row.ts';
import { writeAtomically } from '../../files/atomic-file.ts';
import { encodeSealed } from '../../files/safetensors.ts';
import { runCourse } from '../../generator/course.ts';
import { sheetOf } from '../../generator/sheet.ts';
import { disposeParameters } from '../../model/parameters.ts';
import { loadTeacher } from '../../teachers/graph-teacher.ts';
import { stageReporter } from '../run.ts';
import type { TrainerRun } from '../run.ts';
import type { WrittenFile } from '../outputs.ts';

export const runGenerator: TrainerRun<'generator'> = async (input, tools) => {
  const { course, images, epochs, rows } = input;
  const { cache, jobId, folders, report, yieldToEvents } = tools;
  const dataset = await cache.open(input.dataset, { yieldToEvents });
  const classifier = loadTeacher(input.classifier, dataset);
  const channels = dataset.card.shape[2];
  const write = (name: string, content: Buffer): WrittenFile =>
    writeAtomically(join(folders.temp, `${jobId}-${name}`), content);
  let steps: { readonly key: string; readonly tell: (done: number, total: number) => void } | undefined;
  try {
    const all = await runCourse(
      { ...{ dataset, classifier, course, epochs, rows }, count: Math.min(images, dataset.card.splits.train.count) },
      {
        yieldToEvents,
        onStep: ({ episode, cell }, done, total) => {
          const key = `generator ${episode + 1}/${course.episodes}, cell ${cell + 1}/${course.cells}`;
          if (steps?.key !== key) steps = { key, tell: stageReporter(report, key) };
          steps.tell(done, total);
        },
        onCell: async ({ row, shown, weights }) => {
          const name = `generator-${String(row.episode + 1).padStart(4, '0')}`;
          const sheet = shown && write(`${name}.png`, await sheetOf(shown, sideOf(course.cells), channels));
          const kept = weights && write(`${name}.safetensors`, encodeSealed(weights, { dataset: dataset.card.id }));
          const told: GeneratorRow = {
            ...row,
            ...(sheet && { sheet: { file: `${name}.png`, sha256: sheet.sha256 } }),
            ...(kept && { weights: { file: `${name}.safetensors`, sha256: kept.sha256 } }),
          };
          report({ type: 'cell', row: told, ...(sheet && { sheet }), ...(kept && { weights: kept }) });
        },
      },
    );
    return { cells: all.length };
  } finally {
    disposeParameters(classifier.parameters);
  }
};
