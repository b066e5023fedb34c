/** Broken files of a source: all of them are told at once, or they are left out where that is
 * wished. */
import { relative } from 'node:path';
import { WorkbenchError } from '../../../core/errors.ts';

export interface Faults {
  /** Throws `dataset.corrupt` with all that were found where they are more than anybody reads. */
  readonly note: (file: string, finding: string) => void;
  /** Throws `dataset.corrupt` with all that were found, unless they may be left out. */
  readonly assertNone: () => void;
  /** What was left out, for the card. */
  readonly warnings: () => readonly string[];
}

/** Of so many each is named. */
const MOST_NAMED = 20;
/** With so many broken files it is no use to look at the rest. */
const MOST_FOUND = 200;

/** `path`: of the source; `skip`: broken files are left out. */
export function createFaults(path: string, skip: boolean): Faults {
  const found: { readonly file: string; readonly finding: string }[] = [];
  const lines = (): readonly string[] => {
    const named = found.slice(0, MOST_NAMED).map(({ file, finding }) => `${relative(path, file)}: ${finding}`);
    return found.length > MOST_NAMED ? [...named, `and ${found.length - MOST_NAMED} more`] : named;
  };
  const assertNone = (): void => {
    const [first] = found;
    if (skip || first === undefined) return;
    const what =
      found.length === 1
        ? `Data file ${first.file} is broken: ${first.finding}. Restore it`
        : `${found.length} files of ${path} are broken: ${lines().join('; ')}. Restore them`;
    const message = `${what}, or leave broken files out (--skip-broken; in the window: Leave broken files out).`;
    throw new WorkbenchError('dataset.corrupt', message, { file: first.file });
  };
  return {
    note: (file, finding) => {
      found.push({ file, finding });
      if (found.length >= MOST_FOUND) assertNone();
    },
    assertNone,
    warnings: () => {
      if (found.length === 0) return [];
      const count = found.length === 1 ? '1 file' : `${found.length} files`;
      return [`Left out, as broken: ${count}.`, ...lines()];
    },
  };
}
