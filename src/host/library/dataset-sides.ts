/** What lies beside a data set's images and labels: each example's group and position, its sound,
 * and the name of its file. */
import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { COLUMNS, columnBytes, columnOf, tornGroup } from '../../core/columns.ts';
import type { DatasetCard } from '../../core/records/dataset-card.ts';
import { namesBytes, namesIn } from '../../core/example-names.ts';
import { SPLITS } from '../../core/records/sources.ts';
import type { SplitName } from '../../core/records/sources.ts';
import { SPLIT_WORDS } from '../../core/sources.ts';
import { anotherContent, assertLength, checkPacked, corrupt, hashFile, unpacked, unreadable } from './split-files.ts';

type Split = DatasetCard['splits'][SplitName];

/** Every file of a split, by its name. */
export function filesOfSplit({ images, labels, columns, recordings, names }: Split): readonly string[] {
  const more = [columns?.group, columns?.position, recordings, names].flatMap((one) => (one ? [one.file] : []));
  return [images.file, labels.file, ...more];
}

/** SHA-256 of each split's columns, where it has any; no group is in two splits. Throws
 * `dataset.*`. */
export async function checkColumns(
  directory: string,
  card: DatasetCard,
): Promise<Readonly<Partial<Record<SplitName, string>>>> {
  const hashes: Partial<Record<SplitName, string>> = {};
  const groups: Partial<Record<SplitName, Int32Array>> = {};
  for (const split of SPLITS) {
    const { columns, count } = card.splits[split];
    if (columns === undefined) continue;
    const hash = createHash('sha256');
    for (const name of COLUMNS) {
      const entry = columns[name];
      if (entry === undefined) continue;
      const file = join(directory, entry.file);
      await checkPacked(file, entry);
      const content = await unpacked(file, columnBytes(count));
      const column = columnOf(content, name, card, split);
      if (typeof column === 'string') throw corrupt(file, column);
      if (name === 'group') groups[split] = column;
      hash.update(content);
    }
    hashes[split] = hash.digest('hex');
  }
  assertWhole(directory, card, groups);
  return hashes;
}

function assertWhole(
  directory: string,
  card: DatasetCard,
  columns: Readonly<Partial<Record<SplitName, Int32Array>>>,
): void {
  const torn = tornGroup((split) => columns[split]);
  if (torn === undefined) return;
  const { group, first, second } = torn;
  const both = `${SPLIT_WORDS[first]} and ${SPLIT_WORDS[second]}`;
  throw corrupt(directory, `its group "${card.groups?.[group]}" is in ${both}, so that the one would know the other`);
}

/** Throws `dataset.*` where a split's sound is not what its card says. */
export async function checkRecordings(directory: string, { recordings, count }: Split): Promise<void> {
  if (recordings === undefined) return;
  const { samples, bytes, sha256 } = recordings;
  const file = join(directory, recordings.file);
  const found = await hashFile(file);
  if (bytes !== undefined) assertLength(file, found.length, bytes);
  const wanted = 2 * count * samples;
  if (found.length !== wanted) {
    throw corrupt(file, `it has ${found.length} bytes, and ${count} recordings of ${samples} samples are ${wanted}`);
  }
  if (sha256 !== undefined && sha256 !== found.sha256) throw anotherContent(file);
}

/** Throws `dataset.*` where the names of a split's files are not what its card says. */
export async function checkNames(directory: string, { names, count }: Split): Promise<void> {
  if (names === undefined) return;
  const file = join(directory, names.file);
  await checkPacked(file, names);
  await namesOf(file, count);
}

async function namesOf(file: string, count: number): Promise<readonly string[]> {
  const names = namesIn((await unpacked(file, namesBytes(count))).toString('utf8'), count);
  if (typeof names === 'string') throw corrupt(file, names);
  return names;
}

/** The last ones: galleries ask for a page of one split after the other. */
let latest: { readonly file: string; readonly modified: number; readonly names: readonly string[] } | undefined;

/** Of the files of some examples of a split; `undefined` where none were kept. Throws
 * `dataset.*`. */
export async function readNames(
  { directory, card }: { readonly directory: string; readonly card: DatasetCard },
  split: SplitName,
  indices: readonly number[],
): Promise<readonly string[] | undefined> {
  const { names, count } = card.splits[split];
  if (names === undefined) return undefined;
  const file = join(directory, names.file);
  const { mtimeMs } = await stat(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  if (latest?.file !== file || latest.modified !== mtimeMs) {
    latest = { file, modified: mtimeMs, names: await namesOf(file, count) };
  }
  const known = latest.names;
  return indices.map((index) => known[index] ?? '');
}

/** `[samples]` of 16 bits, the lower byte first; `undefined` where none was kept, or the split has
 * no such example. Throws `dataset.*`. */
export async function readRecording(
  { directory, card }: { readonly directory: string; readonly card: DatasetCard },
  split: SplitName,
  index: number,
): Promise<Uint8Array | undefined> {
  const { recordings, count } = card.splits[split];
  if (recordings === undefined || index >= count) return undefined;
  const file = join(directory, recordings.file);
  const bytes = new Uint8Array(2 * recordings.samples);
  const handle = await open(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  try {
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, index * bytes.length);
    if (bytesRead !== bytes.length) throw corrupt(file, `it ends before its recording ${index + 1}`);
    return bytes;
  } finally {
    await handle.close();
  }
}
