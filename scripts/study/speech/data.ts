/** EMO-DB as a person has it: WAV files, and tables that name their emotion, speaker and split. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WorkbenchError } from '../../../src/core/errors.ts';
import { workspaceArgs } from '../by-product.ts';
import type { RunTrade } from '../by-product.ts';
import { numbersOf, readNpz, wordsOf } from '../npz.ts';
import { datasetOf, FIXED, splitOf, teacherOf } from './plan.ts';

export const NPZ = 'emodb_535_2s_8k.npz';

/** Mono, whole numbers of 16 bits. */
export function wavOf(samples: readonly number[], rate: number): Buffer {
  const bytes = Buffer.alloc(44 + 2 * samples.length);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(36 + 2 * samples.length, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  for (const [at, value] of [
    [16, 16],
    [24, rate],
    [28, 2 * rate],
    [40, 2 * samples.length],
  ] as const) {
    bytes.writeUInt32LE(value, at);
  }
  for (const [at, value] of [
    [20, 1],
    [22, 1],
    [32, 2],
    [34, 16],
  ] as const)
    bytes.writeUInt16LE(value, at);
  bytes.write('data', 36, 'latin1');
  samples.forEach((value, index) => bytes.writeInt16LE(value, 44 + 2 * index));
  return bytes;
}

/** Writes the files once, and a table for each fold. */
export async function writeSound(npz: string, folder: string, folds: number): Promise<void> {
  if (existsSync(join(folder, `fold-${folds}.csv`))) return;
  const arrays = await readNpz(npz);
  const [audio, labels, speakers] = ['audio', 'label', 'speaker'].map((name) => numbersOf(arrays, name));
  const [names, files] = ['label_names', 'fname'].map((name) => wordsOf(arrays, name));
  const [rate = 0] = numbersOf(arrays, 'rate');
  const [count = 0, length = 0] = arrays.get('audio')?.shape ?? [];
  if (!audio || !labels || !speakers || !names || !files) throw new RangeError(`${npz} lacks an array`);
  mkdirSync(folder, { recursive: true });
  const pad = (speaker: number): string => String(speaker).padStart(2, '0');
  const order = [...new Set(speakers)].sort((left, right) => left - right).map(pad);
  for (let index = 0; index < count; index += 1) {
    const samples = audio.slice(index * length, (index + 1) * length);
    writeFileSync(join(folder, `${files[index] ?? index}.wav`), wavOf(samples, rate));
  }
  for (let fold = 1; fold <= folds; fold += 1) {
    const rows = Array.from({ length: count }, (_, index) => {
      const speaker = pad(speakers[index] ?? 0);
      const split = splitOf(order, speaker, fold);
      return [`${files[index] ?? index}.wav`, names[labels[index] ?? 0] ?? '', speaker, split].join(',');
    });
    writeFileSync(join(folder, `fold-${fold}.csv`), ['file,label,speaker,split', ...rows, ''].join('\n'));
  }
}

/** Data set and teacher of a fold, made by the product where they are not there yet. */
export async function prepareFold(out: string, sound: string, fold: number, run: RunTrade): Promise<void> {
  const { bands, seconds, hop } = FIXED.sound;
  const [workspace, dataset, teacher] = [join(out, 'workspace'), datasetOf(fold), teacherOf(fold)];
  const form = ['--bands', String(bands), '--seconds', String(seconds), '--hop', String(hop)];
  if (!existsSync(join(workspace, 'datasets', dataset))) {
    const csv = ['--csv', join(sound, `fold-${fold}.csv`), '--licence', 'CC0-1.0'];
    await must(run, ['datasets', 'import', sound, '--name', dataset, ...csv, ...form, ...workspaceArgs(out)]);
  }
  if (!existsSync(join(workspace, 'teachers', teacher))) {
    const training = ['--epochs', String(FIXED.teacherEpochs), '--seed', String(fold)];
    await must(run, ['teachers', 'train', '--name', teacher, '--dataset', dataset, ...training, ...workspaceArgs(out)]);
  }
}

async function must(run: RunTrade, args: readonly string[]): Promise<void> {
  const { code } = await run([...args, '--json']);
  if (code === 0) return;
  throw new WorkbenchError('usage.invalid', `"trade ${args.join(' ')}" ended with ${code}: the same command goes on.`);
}
