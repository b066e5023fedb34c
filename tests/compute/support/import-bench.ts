/** Imports into a folder of its own, and looks at what is left there. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadDataset } from '../../../src/compute/data/dataset.ts';
import type { Dataset } from '../../../src/compute/data/dataset.ts';
import { importDataset } from '../../../src/compute/data/import/import-dataset.ts';
import type { ImportOptions } from '../../../src/compute/protocol.ts';
import { writeFiles } from './sources.ts';
import type { Files } from './sources.ts';

export interface ImportBench {
  /** Writes the files into a new folder and gives it. */
  source(files: Files): string;
  run(path: string, options?: Partial<ImportOptions>, yieldToEvents?: () => Promise<void>): Promise<Dataset>;
  /** What imports have left so far. */
  left(): readonly string[];
  clear(): void;
  remove(): void;
}

export function importBench(): ImportBench {
  const folder = mkdtempSync(join(tmpdir(), 'import-'));
  const tempDir = join(folder, 'out');
  mkdirSync(tempDir);
  let number = 0;
  return {
    source: (files) => writeFiles(join(folder, `source-${(number += 1)}`), files),
    run: async (path, options = {}, yieldToEvents = () => Promise.resolve()) => {
      const all = { fit: 'letterbox', gray: false, coarse: false, shares: { val: 0.1, test: 0.1 }, seed: 1 } as const;
      const job = {
        jobId: `job-${(number += 1)}`,
        fence: 'f',
        path,
        source: path,
        name: 'mine',
        title: 'Mine',
        date: '2026-01-31',
      };
      const full = { ...job, options: { ...all, ...options }, tempDir };
      return loadDataset(await importDataset(full, yieldToEvents, () => undefined));
    },
    left: () => readdirSync(tempDir),
    clear: () => {
      for (const name of readdirSync(tempDir)) rmSync(join(tempDir, name), { recursive: true });
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
