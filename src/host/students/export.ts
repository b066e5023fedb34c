/** Students and teachers as files for others: a trainer of its own writes and tries them, then they
 * are put where they are wanted. */
import { rmSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { ExportFormat, ExportInput, ExportPrecision } from '../../compute/tasks/export/task.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { measuredIn } from '../../core/measures.ts';
import { withGraph } from '../../core/teacher.ts';
import { copyWhole } from '../../store/disk.ts';
import type { StoredFiles } from '../../store/files.ts';
import type { ReadableStore } from '../../store/store.ts';
import { plainName } from '../../bridge/words/plain-name.ts';
import { makeBeside } from '../workspace/beside.ts';
import type { Catalog } from '../library/catalog.ts';
import type { SideJobs } from '../jobs/side-jobs.ts';
import { studentNetwork, studentOf } from './trained-network.ts';

export interface ExportOrder {
  readonly network: { readonly trial: string } | { readonly teacher: string };
  readonly format: ExportFormat;
  readonly precision: ExportPrecision;
}

/** How far a file's logits are from those of the trained network, and how far they may be. */
export interface ExportCheck {
  readonly maxAbsDiff: number;
  readonly bound: number;
  readonly images: number;
}

export interface WrittenExport extends ExportCheck {
  readonly file: string;
  readonly bytes: number;
}

/** For a shell that saves by its own means; `name`: what to call the file. */
export interface HeldExport extends ExportCheck {
  readonly name: string;
  readonly data: Uint8Array;
}

export interface ExporterParts {
  readonly store: ReadableStore;
  readonly files: Pick<StoredFiles, 'pathOf'>;
  readonly catalog: Catalog;
  readonly side: SideJobs;
  /** Where the trainer may write; absent: the system's folder for temporary files. */
  readonly temp?: string;
  /** Of the program. */
  readonly version: string;
  readonly now: () => Date;
}

/** What is exported, and what its file says of it. */
type Subject = Pick<ExportInput, 'source' | 'dataset' | 'card'> & { readonly name: string };

export function createExporter(parts: ExporterParts) {
  const { store, files, catalog, side, version, now } = parts;

  async function exported<T>(
    order: ExportOrder,
    report: (stage: string) => void,
    take: (written: ExportCheck & { readonly path: string; readonly bytes: number; readonly name: string }) => T,
  ): Promise<Awaited<T>> {
    const { network, format, precision } = order;
    const subject = 'trial' in network ? await subjectOf(network.trial) : await teacherOf(network.teacher);
    const { source, dataset, card, name } = subject;
    const tempDir = makeBeside(join(parts.temp ?? tmpdir(), name));
    try {
      const { file, maxAbsDiff, bound, images } = await side.export(
        { source, dataset, card, format, precision },
        tempDir,
        report,
      );
      return await take({ path: file.path, bytes: file.bytes, name: `${name}.${format}`, maxAbsDiff, bound, images });
    } finally {
      rmSync(tempDir, { recursive: true, force: true });
    }
  }

  async function subjectOf(id: string): Promise<Subject> {
    const { trial, run } = studentOf(store, id);
    const title = `Student ${trial.number + 1}`;
    const checkpoint = store.checkpoint(id, 'final');
    if (checkpoint === undefined) {
      const why = trial.state === 'finished' ? 'its weights were not kept' : `it is ${trial.state}`;
      throw new WorkbenchError('trial.missing', `${title} has no weights to export: ${why}. Choose another student.`);
    }
    const { source, dataset } = await studentNetwork(store, files, catalog, { trial, run }, checkpoint);
    const { testAccuracy, testMeasures = {} } = trial;
    const measured = [
      ...Object.entries(measuredIn(trial.metrics)).map(([name, value]) => [`validation.${name}`, String(value)]),
      ...Object.entries(measuredIn(testMeasures)).map(([name, value]) => [`test.${name}`, String(value)]),
    ];
    const properties = {
      ...{ trial: id, run: run.id, runName: run.name, teacher: run.config.teacher },
      configuration: JSON.stringify(trial.candidate.config),
      recipe: JSON.stringify(run.config.recipe),
      seed: String(trial.seed),
      validationAccuracy: String(trial.metrics['accuracy']),
      ...(testAccuracy !== undefined && { testAccuracy: String(testAccuracy) }),
      // Sound: names and texts.
      ...(Object.fromEntries(measured) as Readonly<Record<string, string>>),
      exported: now().toISOString(),
    };
    return {
      name: `${plainName(run.name) || 'run'}-student-${trial.number + 1}`,
      ...{ source, dataset },
      card: { title: `${title} of "${run.name}" (${trial.candidate.family})`, producerVersion: version, properties },
    };
  }

  async function teacherOf(name: string): Promise<Subject> {
    const found = await catalog.teacher(name);
    const { directory } = found;
    const card = withGraph(found.card, 'exports of it');
    const dataset = await catalog.dataset(card.dataset.id);
    const { validation, test } = card.accuracy;
    const accuracies = { validationAccuracy: String(validation), testAccuracy: String(test) };
    const properties = { teacher: name, ...accuracies, exported: now().toISOString() };
    return {
      name,
      source: { kind: 'teacher', directory },
      dataset: { directory: dataset.directory },
      card: { title: card.title, producerVersion: version, properties },
    };
  }

  return {
    /** Puts the file in place whole or not at all; a file that is there already is replaced. Throws
     * `usage.invalid` for a bad place. */
    toFile: async (order: ExportOrder, file: string, report: (stage: string) => void): Promise<WrittenExport> => {
      const place = resolve(file);
      checkPlace(place);
      return exported(order, report, ({ path, bytes, maxAbsDiff, bound, images }) => {
        putInPlace(path, place);
        return { file: place, bytes, maxAbsDiff, bound, images };
      });
    },
    toMemory: (order: ExportOrder): Promise<HeldExport> =>
      exported(
        order,
        () => undefined,
        async ({ path, name, maxAbsDiff, bound, images }) => {
          return { name, data: await readFile(path), maxAbsDiff, bound, images };
        },
      ),
  };
}

/** Before anything is computed. */
function checkPlace(file: string): void {
  const bad = (problem: string): WorkbenchError =>
    new WorkbenchError('usage.invalid', `--out: ${problem}.`, { field: '--out', file });
  const folder = dirname(file);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw bad(`there is no folder ${folder}: make it first`);
  const there = statSync(file, { throwIfNoEntry: false });
  if (there !== undefined && !there.isFile()) throw bad(`${file} is not a file: name the file to write`);
}

/** Copied beside its place, forced to disk, moved into it: the place may be on another disk. */
function putInPlace(from: string, file: string): void {
  let folder: string | undefined;
  try {
    folder = makeBeside(file);
    copyWhole(from, file, join(folder, 'file'));
  } catch (error) {
    // Sound: only read, and undefined for an error without a code.
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC') {
      throw new WorkbenchError(
        'disk.full',
        `There is no room to write ${file}. Free some and export again.`,
        { file },
        { cause: error },
      );
    }
    const message = `--out: ${file} cannot be written (${code}): choose another place.`;
    throw new WorkbenchError('usage.invalid', message, { field: '--out', file }, { cause: error });
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}
