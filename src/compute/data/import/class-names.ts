/** Names of classes from a text file, one a line, as CIFAR's `batches.meta.txt`. */
import { corrupt, readBytes } from '../idx.ts';
import { MOST_CLASSES } from './source.ts';

/** Throws `dataset.missing` or `dataset.corrupt`. `count`: how many there must be. */
export function readClassNames(file: string, count?: number): readonly string[] {
  const bytes = readBytes(file);
  if (bytes.includes(0)) throw corrupt(file, 'it is not text');
  const names = bytes
    .toString('utf8')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw corrupt(file, `it names the class "${twice}" twice`);
  const most = count ?? MOST_CLASSES;
  if (names.length > most || names.length < (count ?? 2)) {
    throw corrupt(file, `it names ${names.length} classes, and ${count ?? `2 to ${MOST_CLASSES}`} are needed`);
  }
  return names;
}
