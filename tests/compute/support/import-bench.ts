/** Imports into a folder of its own, and looks at what is left there. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadDataset } from '../../../src/compute/data/dataset.ts';
import type { Dataset } from '../../../src/compute/data/dataset.ts';
import { importDataset } from '../../../src/compute/data/import/import-dataset.ts';
import type { ImportOptions } from '../../../src/compute/tasks/import/task.ts';
import { writeFiles } from './sources.ts';
import type { Files } from './sources.ts';

export interface ImportBench {
  /** Writes the files into a new folder and gives it. */
  source(files: Files): string;
  run(path: string, options?: Partial<ImportOptions>, yieldToEvents?: () => Promise<void>): Promise<Dataset>;
  /** Folder of the data set that came last. */
  last(): string;
  /** What imports have left so far. */
  left(): readonly string[];
  /** Length of a file of one of them. */
  bytes(made: string, file: string): number;
  clear(): void;
  remove(): void;
}

export function importBench(): ImportBench {
  const folder = mkdtempSync(join(tmpdir(), 'import-'));
  const out = join(folder, 'out');
  mkdirSync(out);
  let number = 0;
  const madeOf = (): string => join(out, `job-${number}-dataset`);
  return {
    source: (files) => writeFiles(join(folder, `source-${(number += 1)}`), files),
    run: async (path, options = {}, yieldToEvents = () => Promise.resolve()) => {
      const all = { fit: 'letterbox', gray: false, coarse: false, shares: { val: 0.1, test: 0.1 }, seed: 1 } as const;
      const input = { path, source: path, name: 'mine', title: 'Mine', date: '2026-01-31' };
      number += 1;
      const made = madeOf();
      await importDataset({ ...input, options: { ...all, ...options } }, made, yieldToEvents, () => () => undefined);
      return loadDataset(made);
    },
    last: madeOf,
    left: () => readdirSync(out),
    bytes: (made, file) => statSync(join(out, made, file)).size,
    clear: () => {
      for (const name of readdirSync(out)) rmSync(join(out, name), { recursive: true });
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
