/** Plays what is missing: one arm after the other in a workspace of the folder, each resumable. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { originOf } from '../../../benchmarks/search/records.ts';
import { taskOf } from '../../../src/core/arch/families/student-family.ts';
import { loadDataset } from '../../../src/compute/data/dataset.ts';
import { WorkbenchError } from '../../../src/core/errors.ts';
import type { Candidate } from '../../../src/core/space/space.ts';
import { beginOrResume, INTERRUPTED, runOf, runTrade, workspaceArgs } from '../by-product.ts';
import type { RunTrade } from '../by-product.ts';
import { readRecord, recorded } from '../record.ts';
import { prepareFold, writeSound } from './data.ts';
import { meanOf } from '../statistics.ts';
import { judged } from './judge.ts';
import type { Judgement } from './judge.ts';
import { datasetOf, FIXED, searches, searchOf, trainingsOf } from './plan.ts';
import type { Order } from './plan.ts';
import { bestOf, trainedIn } from './rows.ts';
import type { ShownStudent, SpeechRow } from './rows.ts';
import { handMade, randomCells } from './students.ts';

export interface RecordOptions {
  readonly file: string;
  /** Of the workspace, the sound and the configurations. */
  readonly out: string;
  readonly npz: string;
  readonly say: (line: string) => void;
  readonly run?: RunTrade;
}

/** Throws `internal` for a search that does not end well; one that a person stops ends it. */
export async function recordSpeech(orders: readonly Order[], options: RecordOptions): Promise<void> {
  const { file, out, npz, say, run = runTrade } = options;
  const sound = join(out, 'sound');
  mkdirSync(out, { recursive: true });
  await writeSound(npz, sound, FIXED.folds);
  for (const [index, order] of orders.entries()) {
    if (readRecord(file).some(({ id }) => id === order.id)) continue;
    await prepareFold(out, sound, order.fold, run);
    say(`${index + 1}/${orders.length} ${order.id}`);
    const played = await recorded(file, order.id, () => play(order, options)).catch((error: unknown) => {
      if (error instanceof Stopped) return 'stopped' as const;
      throw error;
    });
    if (played === 'stopped') return;
  }
}

/** By a person. */
class Stopped extends Error {}

async function play(order: Order, options: RecordOptions): Promise<SpeechRow> {
  const { out, run = runTrade } = options;
  const trials = async (config: { readonly name: string }): Promise<readonly ShownStudent[]> => {
    const told = await beginOrResume(out, { ...config }, run);
    if (told.code === INTERRUPTED) throw new Stopped();
    if (told.code !== 0) throw new WorkbenchError('internal', `The search ${config.name} ended with ${told.code}.`);
    const trained = trainedIn((await run(['show', runOf(told.last), '--json', ...workspaceArgs(out)])).last);
    if (trained.length === 0) throw new WorkbenchError('internal', `No student of ${config.name} was trained.`);
    return trained;
  };
  const found = searches(order) ? bestOf(await trials(searchOf(order))) : undefined;
  const students = found ? [found.student] : studentsFor(order, options);
  const trainings: SpeechRow['trainings'][number][] = [];
  for (const { id, ...told } of await trials(trainingsOf(order, students))) {
    trainings.push({ ...told, ...(await judgedStudent(id, order, options)) });
  }
  const mean = (of: (training: SpeechRow['trainings'][number]) => number): number => meanOf(trainings.map(of));
  return {
    ...order,
    ...{
      uar: mean(({ uar }) => uar),
      accuracy: mean(({ accuracy }) => accuracy),
      params: mean(({ params }) => params),
    },
    ...{ trainings, origin: originOf(new Date()) },
  };
}

async function judgedStudent(id: string, { fold }: Order, { out, run = runTrade }: RecordOptions): Promise<Judgement> {
  const onnx = join(out, `${id}.onnx`);
  const { code } = await run(['export', id, '--out', onnx, '--json', ...workspaceArgs(out)]);
  if (code !== 0) throw new WorkbenchError('internal', `The student ${id} was not exported.`);
  const judgement = await judged(onnx, datasetFolder(out, fold));
  rmSync(onnx);
  return judgement;
}

const datasetFolder = (out: string, fold: number): string => join(out, 'workspace/datasets', datasetOf(fold));

/** Of the arms that search for none. */
function studentsFor({ arm, fold }: Order, { out, file }: RecordOptions): readonly Candidate[] {
  const { card, close } = loadDataset(datasetFolder(out, fold));
  close();
  if (arm === 'hand-made') return [handMade(taskOf(card))];
  const found = readRecord<SpeechRow>(file).find((row) => row.fold === fold && row.arm === 'path-dropout');
  if (found === undefined) throw new WorkbenchError('internal', `Fold ${fold} has no one-shot student to go by yet.`);
  return randomCells(taskOf(card), found.params, FIXED.trainings, fold);
}
