/** The workspace of the study: source and targets, made once, and a run for each training. */
import { subsetInputSchema } from '../../src/bridge/schemas/import.ts';
import type { SearchInput } from '../../src/bridge/schemas/records.ts';
import type { Trial } from '../../src/core/records/trial.ts';
import type { Host } from '../../src/host/host.ts';
import { followRun } from '../../src/host/terminal/follow-run.ts';
import { datasetOf, runOf, SOURCE_CLASSES, sourceRun, TARGET_CLASSES } from './plan.ts';
import type { Transfer } from './plan.ts';
import type { Result } from './summary.ts';

const BUNDLED = 'fashion-mnist';
const SOURCE = 'from';

const quiet = (): void => undefined;
const never = new AbortController().signal;

export async function openLaboratory(host: Host, say: (line: string) => void) {
  const { client } = host;

  /** Of one seed the sets of fewer images are among those of more. */
  async function cut(name: string, classes: string, more: { readonly perClass?: number; readonly seed?: number } = {}) {
    if ((await client.catalog.datasets()).some((one) => one.name === name)) return;
    await host.cutDataset(subsetInputSchema.parse({ from: BUNDLED, classes: [classes], name, ...more }), quiet, never);
  }

  async function finished(input: SearchInput): Promise<readonly Trial[]> {
    const end = await followRun(client, () => client.runs.start(input), [], quiet);
    if (end?.summary.run.state !== 'finished')
      throw new Error(`${input.name}: ${end?.summary.run.reason ?? 'stopped'}`);
    return end.trials;
  }

  await cut(SOURCE, SOURCE_CLASSES);
  if (!(await client.catalog.teachers()).some(({ name }) => name === SOURCE)) {
    say('training the source');
    const [student] = await finished(sourceRun(SOURCE));
    await host.importTeacher({ student: student?.id ?? '', name: SOURCE }, quiet, never);
    say(`its test accuracy on its own classes: ${student?.testAccuracy?.toFixed(4)}`);
  }

  return {
    run: async (transfer: Transfer): Promise<Result> => {
      const { perClass, seed } = transfer;
      await cut(datasetOf(transfer), TARGET_CLASSES, { perClass, seed });
      const trials = await finished(runOf(transfer, SOURCE));
      const ended = trials.filter(({ state }) => state === 'finished');
      const accuracyOf = (trial: Trial): number => trial.metrics['accuracy'] ?? NaN;
      // Chosen as a search reports it, by validation; of equal ones the first.
      const best = ended.reduce((top, one) => (accuracyOf(one) > accuracyOf(top) ? one : top));
      const sum = (of: (trial: Trial) => number): number => trials.reduce((total, trial) => total + of(trial), 0);
      return {
        ...transfer,
        ...{ validationAccuracy: accuracyOf(best), testAccuracy: best.testAccuracy ?? NaN, params: best.params },
        epochs: sum(({ epochsDone }) => epochsDone),
        seconds: Number(sum(({ seconds }) => seconds).toFixed(1)),
      };
    },
  };
}
