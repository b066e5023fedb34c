/** The data sets of the study, in its workspace: simulated pupils, the same with one modality
 * alone, and ASSISTments by folds. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadDataset, pixelsIn } from '../../../src/compute/data/dataset.ts';
import { writeDataset } from '../../../src/compute/data/import/write-dataset.ts';
import type { WrittenSplit } from '../../../src/compute/data/import/write-dataset.ts';
import { WorkbenchError } from '../../../src/core/errors.ts';
import type { SplitName } from '../../../src/core/records/sources.ts';
import { laidOut, putStep, stepValue } from '../../../src/core/sequences/steps.ts';
import { workspaceArgs } from '../by-product.ts';
import type { RunTrade } from '../by-product.ts';
import { readWholeNumbers } from './npz.ts';
import { PUPILS } from './plan.ts';

const folderOf = (out: string, name: string): string => join(out, 'workspace', 'datasets', name);

/** The name of its data set, which is made where it is not there. */
export async function simulated(out: string, seed: number, run: RunTrade): Promise<string> {
  const name = `pupils-${seed}`;
  const options = Object.entries({ ...PUPILS, seed }).flatMap(([option, value]) => [`--${option}`, String(value)]);
  await made(out, name, ['datasets', 'simulate', 'pupils', '--name', name, ...options], run);
  return name;
}

/** ASSISTments 2009-2010 with one fold for the test, as AKT has them; validation is cut from the
 * other pupils. */
export async function assistments(out: string, file: string, fold: number, run: RunTrade): Promise<string> {
  const name = `assist2009-${fold}`;
  const table = join(out, `${name}.csv`);
  if (!existsSync(folderOf(out, name))) {
    mkdirSync(out, { recursive: true });
    writeFileSync(table, tableOf(await readWholeNumbers(file), fold));
  }
  await made(out, name, ['datasets', 'import', table, '--kind', 'sequence', '--name', name], run);
  rmSync(table, { force: true });
  return name;
}

/** A row an answer, in the order in which they were given. */
export function tableOf(arrays: ReadonlyMap<string, readonly number[]>, test: number): string {
  const [offset = [], fold = [], student = []] = ['offset', 'fold', 'student'].map((name) => arrays.get(name));
  const [skill = [], problem = [], correct = []] = ['skill', 'problem', 'correct'].map((name) => arrays.get(name));
  const rows = ['user_id,skill_id,problem_id,correct,split'];
  student.forEach((name, pupil) => {
    const split = fold[pupil] === test ? 'test' : 'train';
    for (let answer = offset[pupil] ?? 0; answer < (offset[pupil + 1] ?? 0); answer += 1) {
      rows.push([`${name}`, skill[answer], problem[answer], correct[answer], split].join());
    }
  });
  return rows.join('\n');
}

async function made(out: string, name: string, args: readonly string[], run: RunTrade): Promise<void> {
  if (existsSync(folderOf(out, name))) return;
  const { code } = await run([...args, '--json', ...workspaceArgs(out)]);
  if (code !== 0)
    throw new WorkbenchError('internal', `The data set ${name} was not made: the program ended with ${code}.`);
}

/** The same examples of which one modality alone is known. Gives the name of that set. */
export async function alone(out: string, dataset: string, modality: string): Promise<string> {
  const name = `${dataset}-${modality}`;
  const folder = folderOf(out, name);
  if (existsSync(folder)) return name;
  const half = `${folder}.half`;
  rmSync(half, { recursive: true, force: true });
  const whole = loadDataset(folderOf(out, dataset));
  const { card } = whole;
  const known =
    card.example?.kind === 'sequence' ? card.example.modalities.find((one) => one.name === modality) : undefined;
  if (known === undefined) throw new WorkbenchError('internal', `The data set ${dataset} has no "${modality}".`);
  const { form, bytes } = laidOut([known]);
  const [kept = known] = form.modalities;
  const [steps, , width] = card.shape;
  const fingerprint = createHash('sha256');
  const written = (split: SplitName): WrittenSplit => {
    const { labels, count } = whole.split(split);
    const windows = pixelsIn(whole.split(split));
    const pixels = new Uint8Array(count * steps * bytes);
    for (let step = 0; step < count * steps; step += 1)
      putStep(pixels, step * bytes, kept, stepValue(windows, step * width, known));
    fingerprint.update(pixels).update(labels);
    return { labels, pixels, hashes: [], columns: whole.columns(split) };
  };
  const splits = { train: written('train'), val: written('val'), test: written('test') };
  const { splits: _, warnings: _warnings, ...facts } = card;
  const shape = [steps, 1, bytes] as const;
  const own = {
    id: name,
    title: `${card.title}, ${modality} alone`,
    example: form,
    shape,
    fingerprint: fingerprint.digest('hex'),
  };
  await writeDataset(half, { ...facts, ...own }, splits, () => Promise.resolve());
  renameSync(half, folder);
  return name;
}
