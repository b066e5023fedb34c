/** Plays what is missing: a search and its trainings a unit, in a workspace of the folder, each
 * resumable. */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { originOf } from '../../../benchmarks/search/records.ts';
import type { Origin } from '../../../benchmarks/search/records.ts';
import { loadDataset } from '../../../src/compute/data/dataset.ts';
import { droppedModalities } from '../../../src/core/arch/families/fusion/code.ts';
import { WorkbenchError } from '../../../src/core/errors.ts';
import type { Candidate, Configuration } from '../../../src/core/space/space.ts';
import { agreementOf } from '../../../src/renderer/review/agreement.ts';
import { openReadable } from '../../../src/store/workspace.ts';
import { beginOrResume, INTERRUPTED, listOf, recordOf, runOf, runTrade, workspaceArgs } from '../by-product.ts';
import type { RunTrade, Unknown } from '../by-product.ts';
import { recorded } from '../record.ts';
import { meanOf } from '../statistics.ts';
import { alone, assistments, simulated } from './data.ts';
import { ALONE, FIXED, MODALITIES, PLAIN, searchOf, trainingsOf } from './plan.ts';
import type { Order } from './plan.ts';

export interface Areas {
  readonly accuracy: number;
  readonly auc: number;
  readonly weightedAuc: number;
}

export interface Trained {
  readonly validation: Areas;
  readonly test: Areas;
  readonly params: number;
}

export interface TracingRow extends Order {
  readonly found: Trained & { readonly config: Configuration; readonly dropped: readonly string[] };
  readonly plain: Trained;
  /** Of simulated pupils, by modality. */
  readonly alone?: Readonly<Record<string, Trained>>;
  /** On the test's answers, what the model itself would come to. */
  readonly best?: Pick<Areas, 'auc' | 'weightedAuc'>;
  /** McNemar's exact test between their first trainings, on the answers of validation. */
  readonly mcNemar: { readonly onlyFound: number; readonly onlyPlain: number; readonly p: number };
  readonly effort: (typeof FIXED)[Order['set']];
  readonly origin: Origin;
}

export interface RecordOptions {
  readonly file: string;
  /** Of the workspace and the configurations. */
  readonly out: string;
  /** ASSISTments' answers, an .npz file. */
  readonly answers: string;
  readonly say: (line: string) => void;
  readonly run?: RunTrade;
}

/** A person stopped it: what is there stays, and goes on the next time. */
class Stopped extends Error {}

/** Whether all of them are there; false where a person stopped it. Throws `internal` for a search
 * that does not end well. */
export async function recordTracing(orders: readonly Order[], options: RecordOptions): Promise<boolean> {
  const { file, say } = options;
  mkdirSync(dirname(file), { recursive: true });
  for (const [index, order] of orders.entries()) {
    if (order.set === 'assist2009' && !existsSync(options.answers)) {
      say(`SKIP ${order.id}: there is no ${options.answers}; name the folder with --shared DIR`);
      continue;
    }
    try {
      await recorded(file, order.id, () => {
        say(`${index + 1}/${orders.length} ${order.id}`);
        return play(order, options);
      });
    } catch (error) {
      if (error instanceof Stopped) return false;
      throw error;
    }
  }
  return true;
}

async function play(order: Order, options: RecordOptions): Promise<TracingRow> {
  const { out, answers, run = runTrade } = options;
  const isSimulated = order.set === 'simulated';
  const dataset = isSimulated
    ? await simulated(out, order.unit, run)
    : await assistments(out, answers, order.unit, run);
  const search = await played(out, searchOf(order, dataset), run);
  const best = listOf(search, 'trials').reduce<Unknown>(
    (top, one) => (accuracyOf(one) > accuracyOf(top) ? one : top),
    {},
  );
  // Sound: levels by dimension, as the command line writes them.
  const found: Candidate = { family: 'fusion', config: best['config'] as Configuration };
  const isPlain = JSON.stringify(found.config) === JSON.stringify(PLAIN.config);
  const students = isPlain ? [PLAIN] : [found, PLAIN];
  const pair = listOf(await played(out, trainingsOf(order, dataset, 'pair', students), run), 'trials');
  // Seed by seed, each of the students once.
  const [ofFound, ofPlain] = [0, students.length - 1].map((which) =>
    pair.filter((_, at) => at % students.length === which),
  );
  const [first = {}] = ofFound ?? [];
  const [second = {}] = ofPlain ?? [];
  const card = loadDataset(join(out, 'workspace', 'datasets', dataset)).card;
  const modalities = card.example?.kind === 'sequence' ? card.example.modalities : [];
  const singles: Record<string, Trained> = {};
  for (const modality of isSimulated ? MODALITIES : []) {
    const own = await alone(out, dataset, modality);
    singles[modality] = meanOfAll(listOf(await played(out, trainingsOf(order, own, modality, [ALONE]), run), 'trials'));
  }
  const bound = recordOf(card.import)['best'];
  return {
    ...order,
    found: { ...meanOfAll(ofFound ?? []), config: found.config, dropped: droppedModalities(found.config, modalities) },
    plain: meanOfAll(ofPlain ?? []),
    ...(isSimulated && { alone: singles }),
    ...(bound !== undefined && { best: boundOf(recordOf(bound)) }),
    mcNemar: compared(out, dataset, String(first['id']), String(second['id'])),
    effort: FIXED[order.set],
    origin: originOf(new Date()),
  };
}

const accuracyOf = (trial: Unknown): number => Number(trial['accuracy'] ?? -Infinity);

/** What `show` says of the run of that configuration, which is brought to its end. */
async function played(out: string, config: Parameters<typeof beginOrResume>[1], run: RunTrade): Promise<unknown> {
  const told = await beginOrResume(out, config, run);
  if (told.code === INTERRUPTED) throw new Stopped();
  if (told.code !== 0) throw new WorkbenchError('internal', `The run ${config.name} ended with ${told.code}.`);
  return recordOf((await run(['show', runOf(told.last), '--json', ...workspaceArgs(out)])).last)['run'];
}

/** Of the trainings of one student. */
function meanOfAll(trials: readonly Unknown[]): Trained {
  const all = trials.map(trainedOf);
  const mean = (of: 'validation' | 'test'): Areas => ({
    accuracy: meanOf(all.map((one) => one[of].accuracy)),
    auc: meanOf(all.map((one) => one[of].auc)),
    weightedAuc: meanOf(all.map((one) => one[of].weightedAuc)),
  });
  return { validation: mean('validation'), test: mean('test'), params: all[0]?.params ?? NaN };
}

function trainedOf(trial: Unknown): Trained {
  const test = { ...recordOf(trial['testMeasures']), accuracy: trial['testAccuracy'] };
  return { validation: areasOf(trial), test: areasOf(test), params: Number(trial['params']) };
}

const boundOf = ({ auc, weightedAuc }: Unknown): TracingRow['best'] & object => ({
  auc: Number(auc),
  weightedAuc: Number(weightedAuc),
});

const areasOf = (told: Unknown): Areas => ({
  accuracy: Number(told['accuracy'] ?? NaN),
  auc: Number(told['auc'] ?? NaN),
  weightedAuc: Number(told['weightedAuc'] ?? NaN),
});

function compared(out: string, dataset: string, found: string, plain: string): TracingRow['mcNemar'] {
  const { labels } = loadDataset(join(out, 'workspace', 'datasets', dataset)).split('val');
  const workspace = openReadable(join(out, 'workspace'));
  try {
    const [first, second] = [found, plain].map((trial) => workspace.store.predictions(trial));
    const agreement = first && second && agreementOf({ ...first, labels }, { ...second, labels });
    if (agreement === undefined)
      throw new WorkbenchError('internal', `The students ${found} and ${plain} have no predictions.`);
    const { onlyFirst, onlySecond, p } = agreement;
    return { onlyFound: onlyFirst, onlyPlain: onlySecond, p };
  } finally {
    workspace.close();
  }
}
