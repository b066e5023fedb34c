/** Files with their classes, as folders and tables name them: of images, or of sound. */
import { basename, relative, sep } from 'node:path';
import { WorkbenchError } from '../../../core/errors.ts';
import type { Parts, Source, SourceImages, SourceRequest } from './source.ts';

export interface LabelledFile {
  readonly file: string;
  readonly label: number;
  /** Given for all files of a source, or for none. */
  readonly group?: string;
}

/** What files there may be, by their names' ends, and who reads them. */
export interface Medium {
  readonly extensions: readonly string[];
  readonly formats: string;
  readonly noun: string;
  /** Broken files are noted, and left out. */
  readonly read: (
    request: SourceRequest,
    classes: readonly string[],
    files: Parts<readonly LabelledFile[]>,
    warnings: readonly string[],
  ) => Promise<Source>;
}

/** Of a file in the imported folder, whatever parts paths here. */
export const placeIn = (root: string, file: string): string => relative(root, file).split(sep).join('/');

/** Groups of all files of a source, and each file's place among them; none where a file has
 * none. */
export function groupsOf(parts: Parts<readonly LabelledFile[]>): {
  readonly groups?: readonly string[];
  readonly columnsOf: (files: readonly LabelledFile[]) => Pick<SourceImages, 'columns'>;
} {
  const all = Object.values(parts).flat();
  if (all.some(({ group }) => group === undefined)) return { columnsOf: () => ({}) };
  const groups = [...new Set(all.map(({ group = '' }) => group))].sort();
  const places = new Map(groups.map((name, place) => [name, place]));
  return {
    groups,
    columnsOf: (files) => ({ columns: { group: Int32Array.from(files, ({ group = '' }) => places.get(group) ?? 0) } }),
  };
}

/**
 * A file's group by a pattern: what its first parentheses find, or all that it finds. It looks at
 * the file's name, or, with a slash in it, at its place in the folder. Throws `usage.invalid` for
 * what is no pattern, and for a file that it does not fit.
 */
export function groupFinder(root: string, pattern: string): (file: string) => string {
  const expression = expressionOf(pattern);
  const looksAtPlace = pattern.includes('/');
  return (file) => {
    const place = placeIn(root, file);
    const match = expression.exec(looksAtPlace ? place : basename(file));
    const group = match?.[1] ?? match?.[0] ?? '';
    if (group !== '') return group;
    const finding = `${pattern} finds nothing in ${looksAtPlace ? place : basename(file)}`;
    throw refused(`${finding}: every file needs a group. Change the pattern, or name groups in a CSV file.`);
  };
}

function expressionOf(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'u');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw refused(`${pattern} is no pattern: ${reason}. Write a regular expression such as ^(\\d+).`);
  }
}

const refused = (problem: string): WorkbenchError =>
  new WorkbenchError('usage.invalid', `group: ${problem}`, { field: 'group' });
