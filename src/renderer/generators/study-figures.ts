/** What a study's rows come to, for lists and charts. */
import type { GeneratorStudyView } from '../../bridge/schemas/generator.ts';
import { bestOf } from '../../core/generator/row.ts';
import type { DrawnStudy } from '../charts/generators.ts';

type StudyRow = GeneratorStudyView['rows'][number];

/** That it will have trained at its end. */
export const cellsIn = ({ order }: GeneratorStudyView): number =>
  order === undefined ? 0 : order.cells * order.episodes;

/** Rows of last cells: a generator each. */
export const finishedIn = ({ order, rows }: GeneratorStudyView): readonly StudyRow[] =>
  rows.filter(({ cell }) => cell + 1 === order?.cells);

export const bestIn = ({ order, rows }: GeneratorStudyView): StudyRow | undefined => order && bestOf(rows, order.cells);

/** After how many cells of the study a generator was finished. */
export const cellsAt = ({ order }: GeneratorStudyView, { episode }: StudyRow): number =>
  (episode + 1) * (order?.cells ?? 0);

/** Figures compare by one classifier, of the same real images, at one size. */
export function comparesWith({ order: own }: GeneratorStudyView, { order: other }: GeneratorStudyView): boolean {
  const fields = ['dataset', 'teacher', 'cells', 'images'] as const;
  return own !== undefined && other !== undefined && fields.every((field) => own[field] === other[field]);
}

export function drawnOf(study: GeneratorStudyView, studies: readonly GeneratorStudyView[]): DrawnStudy {
  return {
    name: study.name,
    place: studies.findIndex(({ name }) => name === study.name),
    points: finishedIn(study).map((row) => ({ ...row, cells: cellsAt(study, row) })),
  };
}
