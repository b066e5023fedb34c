/** Studies of generators, each in a trainer of its own and a folder that a person names. What was
 * stopped goes on there. */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { GeneratorStudyOrder } from '../../bridge/schemas/generator.ts';
import type { Report } from '../../compute/tasks/tasks.ts';
import { dataKindOf } from '../../core/data-kinds.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { sideOf } from '../../core/generator/cells.ts';
import { bestOf } from '../../core/generator/row.ts';
import type { GeneratorRow } from '../../core/generator/row.ts';
import type { DatasetCard } from '../../core/records/dataset-card.ts';
import type { GraphCard, TeacherCard } from '../../core/records/teacher-card.ts';
import { isGraphCard, withGraph } from '../../core/teacher.ts';
import { outputOf } from '../executors/executor.ts';
import type { Executor } from '../executors/executor.ts';
import type { Catalog, Found } from '../library/catalog.ts';
import { checkDatasetFiles } from '../library/dataset-files.ts';
import { assertTaughtOn } from '../library/known-sources.ts';
import { readTeacherSources } from '../library/teacher-files.ts';
import { mismatchOf, ownTeacher } from '../runs/plan-teacher.ts';
import { openStudyFolder } from './study-folder.ts';

export type GeneratorReport = Report<'generator'>;

export interface StudiedGenerators {
  readonly out: string;
  readonly rows: readonly GeneratorRow[];
  /** The finished one with the least FD-c. */
  readonly best: GeneratorRow | undefined;
}

/** `undefined` when `signal` came first: the same order in the same folder goes on from its last
 * cell. */
export type StudyGenerators = (
  order: GeneratorStudyOrder,
  out: string,
  report: (news: GeneratorReport) => void,
  signal: AbortSignal,
) => Promise<StudiedGenerators | undefined>;

export interface GeneratorStudyParts {
  readonly executor: Pick<Executor, 'runApart'>;
  readonly catalog: Catalog;
}

export function createGeneratorStudies({ executor, catalog }: GeneratorStudyParts): StudyGenerators {
  return async (order, folder, report, signal) => {
    const dataset = await catalog.dataset(order.dataset);
    assertShows(order, dataset);
    const teacher = await classifierFor(catalog, order.teacher, dataset);
    const at = new Date().toISOString();
    const { sources, fingerprints } = await checkDatasetFiles(dataset.directory, dataset.card);
    assertTaughtOn(teacher, order.dataset, sources);
    const taught = await readTeacherSources(teacher);
    const out = resolve(folder);
    const { agent, episodes, cells, images, epochs, seed } = order;
    const study = openStudyFolder(out, {
      ...{ order: { ...order, teacher: teacher.name }, data: fingerprints[0] },
      teacher: createHash('sha256').update(`${taught.weights} ${taught.network}`).digest('hex'),
    });
    const input = {
      dataset: { directory: dataset.directory, known: { ...sources, at } },
      classifier: { directory: teacher.directory, known: { ...taught, at } },
      course: { agent, episodes, cells, seed },
      ...{ images, epochs, rows: study.rows() },
    };
    try {
      const end = await executor.runApart(
        { kind: 'generator', jobId: 'study', input, temp: study.work },
        (news) => {
          if (news.type === 'cell') {
            study.add(
              news.row,
              [news.sheet, news.weights].filter((file) => file !== undefined),
            );
          }
          report(news);
        },
        signal,
      );
      if (end.type === 'stopped' && signal.aborted) return undefined;
      outputOf(end);
      return { out, rows: study.rows(), best: bestOf(study.rows(), cells) };
    } finally {
      study.close();
    }
  };
}

/** Generators make maps of numbers, no larger than those of the set. */
function assertShows({ cells }: GeneratorStudyOrder, { name, card }: Found<DatasetCard>): void {
  if (dataKindOf(card).gives !== 'map') {
    const message = `dataset: ${name} has no images that a generator could make: choose one of images.`;
    throw new WorkbenchError('usage.invalid', message, { field: 'dataset' });
  }
  const [height, width] = card.shape;
  if (sideOf(cells) <= Math.min(height, width)) return;
  const message =
    `cells: ${cells} cells make images of ${sideOf(cells)} x ${sideOf(cells)}, and those of ${name} are ` +
    `${height} x ${width}: ask for fewer.`;
  throw new WorkbenchError('usage.invalid', message, { field: 'cells' });
}

/** A network of ours that was trained on the data set. Throws `teacher.*`. */
async function classifierFor(
  catalog: Catalog,
  name: string | undefined,
  dataset: Found<DatasetCard>,
): Promise<Found<GraphCard>> {
  const teacher: Found<TeacherCard> =
    name === undefined ? await ownTeacher(catalog, dataset, isGraphCard) : await catalog.teacher(name);
  const mismatch = mismatchOf(teacher, dataset);
  if (mismatch === undefined) return { ...teacher, card: withGraph(teacher.card, 'features of images') };
  throw new WorkbenchError(
    'teacher.mismatch',
    `The teacher "${teacher.name}" cannot judge images of ${dataset.name}: ${mismatch}. Choose another one.`,
    { field: 'teacher' },
  );
}
