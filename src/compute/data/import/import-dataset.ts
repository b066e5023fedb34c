/** Makes a data set of somebody's files: reads and checks them, cuts the splits, makes their images
 * square one by one, writes a folder. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, WorkbenchError } from '../../../core/errors.ts';
import { SPLITS } from '../../../core/records/sources.ts';
import type { SplitName } from '../../../core/records/sources.ts';
import type { YieldToEvents } from '../../training/evaluate.ts';
import type { ImportKind, ImportOptions, ImportTask } from '../../tasks/import/task.ts';
import { CIFAR10, CIFAR100, CIFAR100_COARSE, isCifarFolder, readCifarSource } from './cifar-source.ts';
import { CSV_FILE, isCsvFolder, readCsvSource } from './csv-source.ts';
import { duplicateWarnings } from './duplicates.ts';
import { createFaults } from './faults.ts';
import { isClassFolder, readFolderSource } from './folder-source.ts';
import { isIdxFolder, readIdxSource } from './idx-source.ts';
import { isAnswerHeader } from '../sequences/header.ts';
import { importSequences } from '../sequences/import-sequences.ts';
import { headerOf } from '../sequences/rows.ts';
import { IMAGES } from './image-files.ts';
import { nounOf, planned } from './plan.ts';
import type { CutShares } from './plan.ts';
import { holdsSound, readSoundSource } from './sound-source.ts';
import { unusable } from './source.ts';
import type { Source, SourceRequest } from './source.ts';
import { readSubsetSource, validationPerClass } from './subset-source.ts';
import { writeDataset } from './write-dataset.ts';
import type { WrittenSplit } from './write-dataset.ts';
import { writeImages } from './write-images.ts';
import type { ImportReport } from './write-images.ts';

/** Whose examples are files, or bytes of one. */
type FilesKind = Exclude<ImportKind, 'sequence' | 'simulated'>;

const READERS: Readonly<Record<FilesKind, (request: SourceRequest) => Promise<Source>>> = {
  idx: readIdxSource,
  cifar10: (request) => readCifarSource(CIFAR10, request),
  cifar100: (request) => readCifarSource(request.options.coarse ? CIFAR100_COARSE : CIFAR100, request),
  folder: (request) => readFolderSource(request, IMAGES),
  csv: (request) => readCsvSource(request, IMAGES),
  sound: readSoundSource,
  subset: readSubsetSource,
};

/**
 * Writes the folder `directory`. Throws `dataset.*`, `disk.full` and what `yieldToEvents` throws to
 * give up, and leaves nothing behind then.
 */
export async function importDataset(
  input: ImportTask['input'],
  directory: string,
  yieldToEvents: YieldToEvents,
  stage: ImportReport,
): Promise<void> {
  const { path, options } = input;
  const kind = options.kind ?? (await kindOf(path, options.csv));
  if (kind === 'sequence' || kind === 'simulated') return importSequences(input, directory, yieldToEvents, stage);
  const faults = createFaults(path, options.skipBroken ?? false);
  const source = await READERS[kind]({ path, options, faults, yieldToEvents, report: stage('reading the files') });
  const plan = planned(path, source, options, faults);
  const noun = nounOf(source);
  try {
    const splits = await writeImages(directory, plan, source, { faults, yieldToEvents, stage });
    faults.assertNone();
    for (const name of SPLITS) {
      if (splits.written[name].labels.length > 0) continue;
      throw unusable(path, `no ${name} ${noun.one} of it can be read`);
    }
    const facts = {
      ...{ id: input.name, title: input.title, licence: input.licence ?? 'unknown' },
      ...{ source: input.source, date: input.date },
      fingerprint: splits.fingerprint,
      import: importOf(kind, options, plan.shares),
      warnings: [
        ...source.warnings,
        ...(source.found?.() ?? []),
        ...faults.warnings(),
        ...cutWords(plan.shares, options, source),
        ...emptyClasses(source, splits.written),
        // Windows of few steps are alike by chance.
        ...(source.example?.kind === 'sequence' ? [] : duplicateWarnings(hashesOf(splits.written), noun)),
      ],
      ...(source.example && { example: source.example }),
      ...(source.groups && { groups: source.groups }),
      shape: plan.shape,
      classes: source.classes,
    };
    const report = stage('writing the data set');
    let files = 0;
    const step = async (): Promise<void> => {
      report((files += 1), 2 * SPLITS.length);
      await yieldToEvents();
    };
    await writeDataset(directory, facts, splits.written, step, source.samples);
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

/** What the files are, by their names. Throws `dataset.unusable` where they are nothing that is
 * known. */
async function kindOf(path: string, csv?: string): Promise<ImportKind> {
  const names = namesIn(path);
  if (csv !== undefined) return (await holdsAnswers(csv)) ? 'sequence' : holdsSound(path) ? 'sound' : 'csv';
  if (isCifarFolder(CIFAR10, names)) return 'cifar10';
  if (isCifarFolder(CIFAR100, names)) return 'cifar100';
  if (isIdxFolder(names)) return 'idx';
  const isTable = isCsvFolder(path, names);
  const table = names.find((name) => CSV_FILE.test(name));
  if (isTable && table !== undefined && (await holdsAnswers(join(path, table)))) return 'sequence';
  if (isTable || isClassFolder(path)) {
    if (holdsSound(path)) return 'sound';
    return isTable ? 'csv' : 'folder';
  }
  const known =
    'IDX files (train-images-idx3-ubyte), CIFAR batches (data_batch_1.bin, train.bin), a folder for each class (of ' +
    "images or of WAV files) or one CSV file, of file and label or of pupils' answers";
  throw unusable(path, `it has no ${known}; give the folder that has them`);
}

/** A file that cannot be read is told by its reader. */
const holdsAnswers = async (file: string): Promise<boolean> => isAnswerHeader(await headerOf(file).catch(() => []));

function namesIn(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    const reason = messageOf(error);
    const message = `${path} cannot be read: ${reason}. Give a folder.`;
    throw new WorkbenchError('dataset.missing', message, { file: path }, { cause: error });
  }
}

function emptyClasses(
  source: Source,
  { train, val, test }: Readonly<Record<SplitName, WrittenSplit>>,
): readonly string[] {
  const { classes } = source;
  const lacking = ({ labels }: WrittenSplit): readonly string[] => {
    const seen = new Set(labels);
    return classes.filter((_, label) => !seen.has(label));
  };
  const words = (which: string, names: readonly string[]): readonly string[] =>
    names.length === 0 ? [] : [`No ${which} ${nounOf(source).many}: ${names.join(', ')}.`];
  // A few groups may lack a class, which nobody chose.
  const more = train.columns?.group ? [...words('validation', lacking(val)), ...words('test', lacking(test))] : [];
  return [...words('training', lacking(train)), ...more];
}

/** Where the source has one of the two splits, or groups, it is worth a word how they were cut. */
function cutWords(shares: CutShares, { seed }: ImportOptions, source: Source): readonly string[] {
  const cut = Object.entries(shares);
  const { many } = nounOf(source);
  if (source.groups && cut.length > 0) {
    return [`Splits were cut by group, of which there are ${source.groups.length} (seed ${seed}).`];
  }
  const [[name, share] = ['', 0]] = cut;
  if (cut.length !== 1) return [];
  const words = name === 'val' ? 'validation' : 'test';
  const percent = Number((100 * share).toFixed(1));
  return [
    `There are no ${words} ${many} of their own: ${percent} % of each class' training ${many} were cut (seed ${seed}).`,
  ];
}

/** For people. */
function importOf(kind: ImportKind, options: ImportOptions, shares: CutShares): Readonly<Record<string, unknown>> {
  const { fit, gray, coarse, seed, skipBroken = false, subset, group, sound } = options;
  if (subset)
    return { kind, ...subset, ...(subset.perClass && { seed, validation: validationPerClass(subset.perClass) }) };
  const more = { ...(group !== undefined && { group }), ...(skipBroken && { skipBroken }) };
  if (kind === 'sound') return { kind, ...sound, scale: 'mel (HTK)', shares, seed, ...more };
  return { kind, fit, gray, coarse, shares, seed, ...more };
}

function hashesOf({ train, val, test }: Readonly<Record<SplitName, WrittenSplit>>) {
  return { train: train.hashes, val: val.hashes, test: test.hashes };
}

export const testing = { kindOf };
