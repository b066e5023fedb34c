/** What a run is, from its own rows and from what still stands under the names that it uses. */
import { taskOf } from '../../core/arch/families/student-family.ts';
import type { TaskCard } from '../../core/arch/families/student-family.ts';
import type { DatasetView, TeacherView } from '../../bridge/schemas/records.ts';
import type { SetupView } from '../../bridge/schemas/setup.ts';
import { SHIPPED_TABLE } from '../../bridge/words/prior-words.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { Run, SearchConfig } from '../../core/records/run.ts';
import type { ReadableStore } from '../../store/store.ts';
import type { Catalog } from '../library/catalog.ts';
import { problemOf, spaceOf } from './context.ts';
import { noRun } from './views.ts';

type Rows = Pick<ReadableStore, 'run' | 'sources' | 'prior'>;

/** Throws `run.missing`. */
export async function setupOf(
  store: Rows,
  catalog: Pick<Catalog, 'datasets' | 'teachers' | 'shippedTableHash'>,
  runId: string,
): Promise<SetupView> {
  const run = store.run(runId);
  if (run === undefined) throw noRun(runId);
  const { config } = run;
  const sources = store.sources(runId);
  const dataset = (await catalog.datasets()).find(({ name }) => name === config.dataset);
  const teacher = (await catalog.teachers()).find(({ name }) => name === config.teacher);
  return {
    run,
    ...(sources && { sources }),
    ...(dataset && { dataset: shownDataset(dataset) }),
    ...(teacher && { teacher: shownTeacher(teacher) }),
    families: familiesOf(config, sources?.dataset ?? dataset),
    ...(config.priorFrom && { table: await tableOf(store, catalog, run) }),
    earlier: earlierRuns(store, run),
  };
}

const shownTeacher = ({ title, summary, validationAccuracy, testAccuracy }: TeacherView): SetupView['teacher'] => ({
  ...{ title, summary },
  ...(validationAccuracy !== undefined && { validationAccuracy }),
  ...(testAccuracy !== undefined && { testAccuracy }),
});

const shownDataset = ({ title, shape, classes, splits }: DatasetView): SetupView['dataset'] => ({
  ...{ title, shape, classes, splits },
});

/** With the levels of the run's own space. A run from elsewhere may have families that are not
 * known here. */
function familiesOf(config: SearchConfig, card: TaskCard | undefined): SetupView['families'] {
  const unknown = config.families.map((name) => ({ name, title: name }));
  if (card === undefined) return unknown;
  const places = { dataset: { directory: '', task: taskOf(card) }, teacher: undefined };
  try {
    return spaceOf(problemOf(config, places, [])).families.map(({ name, title, dimensions }) => ({
      ...{ name, title },
      dimensions: dimensions.map((dimension) => ({ title: dimension.title, levels: dimension.levels })),
    }));
  } catch (error) {
    if (error instanceof WorkbenchError) return unknown;
    throw error;
  }
}

/** Everything that it copied and that comes of no run. */
async function tableOf(
  store: Rows,
  catalog: Pick<Catalog, 'shippedTableHash'>,
  { id, config: { transferFrom = [] } }: Run,
): Promise<SetupView['table']> {
  const results = store.prior(id).filter(({ source }) => !transferFrom.includes(source)).length;
  const sha256 = await catalog.shippedTableHash();
  return { name: SHIPPED_TABLE.name, results, ...(sha256 !== undefined && { sha256 }) };
}

function earlierRuns(store: Rows, { id, config: { transferFrom = [] } }: Run): SetupView['earlier'] {
  const prior = store.prior(id);
  return transferFrom.map((run) => {
    const name = store.run(run)?.name;
    const results = prior.filter(({ source }) => source === run).length;
    return { run, ...(name !== undefined && { name }), results };
  });
}
