/** Makes a data set of pupils' answers: a table, three lines a pupil, or pupils that are
 * simulated. */
import { createHash } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { sizeOf } from '../../../core/arch/ops.ts';
import { MEASURES, positionWeights } from '../../../core/measures.ts';
import { SPLITS } from '../../../core/records/sources.ts';
import type { SplitName } from '../../../core/records/sources.ts';
import { splitPupils } from '../../../core/sequences/answers.ts';
import type { AnswerLog, Pupil, PupilSplits } from '../../../core/sequences/answers.ts';
import { examplesOf, planWindows } from '../../../core/sequences/windows.ts';
import type { WindowPlan } from '../../../core/sequences/windows.ts';
import { bestChances, simulatePupils } from '../../../core/simulate/pupils.ts';
import type { Skill } from '../../../core/simulate/pupils.ts';
import type { YieldToEvents } from '../../training/evaluate.ts';
import type { ImportTask } from '../../tasks/import/task.ts';
import { MAX_BYTES } from '../idx.ts';
import { unusable } from '../import/source.ts';
import { writeDataset } from '../import/write-dataset.ts';
import type { WrittenSplit } from '../import/write-dataset.ts';
import type { ImportReport } from '../import/write-images.ts';
import { readLines } from './read-lines.ts';
import { readTable } from './read-table.ts';

const TABLE = /\.(csv|tsv)$/i;
const LINES = '.txt';
const DEFAULT_STEPS = 32;
/** Names of values are listed in the card of columns with fewer. */
const MOST_LISTED = 500;
const PUPILS_BETWEEN_YIELDS = 64;
const CLASSES = ['wrong', 'right'] as const;

/** Writes the folder `directory`. Throws `dataset.*`, `disk.full` and what `yieldToEvents` throws
 * to give up, and leaves nothing behind then. */
export async function importSequences(
  input: ImportTask['input'],
  directory: string,
  yieldToEvents: YieldToEvents,
  stage: ImportReport,
): Promise<void> {
  const { options } = input;
  const { log, place, skills } = await readLog(input, { yieldToEvents, report: stage('reading the answers') });
  const pupils = log.pupils.filter((pupil) => examplesOf(pupil) > 0);
  const splits = splitPupils(pupils, options.shares, options.seed);
  if (typeof splits === 'string') throw unusable(place, splits);
  const steps = options.sequence?.steps ?? DEFAULT_STEPS;
  const plan = planWindows(log, splits, steps);
  if (typeof plan === 'string') throw unusable(place, plan);
  assertFits(place, splits, plan);
  const report = stage('writing windows of answers');
  const written = await writeWindows(splits, plan, report, yieldToEvents);
  assertBoth(place, written.splits.train.labels);
  const { name, title, licence = 'unknown', source, date } = input;
  const facts = {
    ...{ id: name, title, licence, source, date, fingerprint: written.fingerprint },
    import: {
      kind: options.simulate === undefined ? 'sequence' : 'simulated',
      ...(options.simulate ?? { file: basename(place), shares: options.shares, seed: options.seed }),
      steps,
      coded: codedWords(log, plan),
      ...(skills && { best: bestOf(splits.test, skills) }),
    },
    warnings: [...log.warnings, ...shortWords(log.pupils), ...plan.warnings],
    ...{ example: plan.form, shape: plan.shape, classes: CLASSES, groups: written.groups },
  };
  try {
    const reportFile = stage('writing the data set');
    let files = 0;
    await writeDataset(directory, facts, written.splits, async () => {
      reportFile((files += 1), 2 * SPLITS.length);
      await yieldToEvents();
    });
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

interface ReadLog {
  readonly log: AnswerLog;
  /** What messages name. */
  readonly place: string;
  /** Of simulated pupils. */
  readonly skills?: readonly Skill[];
}

async function readLog(
  { path, options }: ImportTask['input'],
  tools: Parameters<typeof readTable>[2],
): Promise<ReadLog> {
  const { simulate, csv, skipBroken = false } = options;
  if (simulate !== undefined) {
    const log = simulatePupils(simulate);
    return { log, place: 'The simulation', skills: log.skills };
  }
  const place = csv ?? onlyTable(path);
  const isLines = extname(place).toLowerCase() === LINES;
  return { log: isLines ? readLines(place, skipBroken) : await readTable(place, options, tools), place };
}

function onlyTable(path: string): string {
  const names = readdirSync(path).filter((name) => TABLE.test(name) || name.endsWith(LINES));
  const [only] = names;
  if (only === undefined || names.length > 1) {
    throw unusable(path, `it has ${names.length} tables; give the one with the answers`);
  }
  return join(path, only);
}

/** Windows are trained on from memory, and read as one file. */
function assertFits(place: string, splits: PupilSplits, { shape }: WindowPlan): void {
  for (const name of SPLITS) {
    const examples = countOf(splits[name]);
    const bytes = examples * sizeOf(shape);
    if (bytes < MAX_BYTES - 64) continue;
    throw unusable(
      place,
      `${examples} windows of ${shape[0]} steps take ${bytes} bytes, and ${MAX_BYTES} is the most; choose fewer steps`,
    );
  }
}

const countOf = (pupils: readonly Pupil[]): number => pupils.reduce((sum, pupil) => sum + examplesOf(pupil), 0);

async function writeWindows(
  splits: PupilSplits,
  plan: WindowPlan,
  report: (done: number, total: number) => void,
  yieldToEvents: YieldToEvents,
): Promise<{
  readonly splits: Readonly<Record<SplitName, WrittenSplit & { readonly labels: Uint8Array }>>;
  readonly groups: readonly string[];
  readonly fingerprint: string;
}> {
  const groups: string[] = [];
  const fingerprint = createHash('sha256');
  const total = SPLITS.reduce((sum, name) => sum + splits[name].length, 0);
  const write = async (name: SplitName): Promise<WrittenSplit> => {
    const count = countOf(splits[name]);
    const windows = {
      values: new Uint8Array(count * sizeOf(plan.shape)),
      labels: new Uint8Array(count),
      positions: new Int32Array(count),
    };
    const group = new Int32Array(count);
    let first = 0;
    for (const pupil of splits[name]) {
      plan.write(pupil, windows, first);
      group.fill(groups.length, first, first + examplesOf(pupil));
      first += examplesOf(pupil);
      if (groups.push(pupil.name) % PUPILS_BETWEEN_YIELDS !== 0) continue;
      report(groups.length, total);
      await yieldToEvents();
    }
    const { values, labels, positions } = windows;
    fingerprint.update(values).update(labels);
    return { labels, pixels: values, hashes: [], columns: { group, position: positions } };
  };
  const written = { train: await write('train'), val: await write('val'), test: await write('test') };
  return { splits: written, groups, fingerprint: fingerprint.digest('hex') };
}

function assertBoth(place: string, labels: Uint8Array): void {
  const [first = 0] = labels;
  if (labels.some((label) => label !== first)) return;
  throw unusable(place, `all answers of the training pupils are ${CLASSES[first]}: there is nothing to learn`);
}

function shortWords(pupils: readonly Pupil[]): readonly string[] {
  const short = pupils.filter((pupil) => examplesOf(pupil) === 0);
  if (short.length === 0) return [];
  const named = short
    .slice(0, 5)
    .map(({ name }) => name)
    .join(', ');
  const more = short.length > 5 ? ` and ${short.length - 5} more` : '';
  return [`${short.length} pupils of one answer have nothing before it, and give no example: ${named}${more}.`];
}

/** What the numbers of each modality mean. */
function codedWords({ columns }: AnswerLog, { codes }: WindowPlan): Readonly<Record<string, unknown>> {
  const entries = columns.map(({ name, title, isKnown }, index) => {
    const code = codes[index];
    if (code === undefined) throw new Error('Every column has a code');
    const isLong = 'values' in code.made && code.made.values.length > MOST_LISTED;
    const made = isLong ? { values: code.values } : code.made;
    return [name, { column: title, shown: isKnown ? 'before the answer' : 'after the answer', ...made }];
  });
  return Object.fromEntries(entries) as Readonly<Record<string, unknown>>; // Sound: entries of that form.
}

/** What the model itself would come to on the test's pupils: no student is better but by luck. */
function bestOf(pupils: readonly Pupil[], skills: readonly Skill[]): Readonly<Record<string, number>> {
  const told = pupils.flatMap((pupil, group) => {
    const chances = bestChances(skills, pupil);
    return pupil.answers.map(({ isRight }, index) => ({
      group,
      isRight,
      position: index + 1,
      chance: chances[index] ?? 0,
    }));
  });
  const asked = told.filter(({ position }) => position > 1);
  const judged = {
    classes: 2,
    labels: asked.map(({ isRight }) => Number(isRight)),
    probabilities: asked.flatMap(({ chance }) => [1 - chance, chance]),
    weights: positionWeights(
      asked.map(({ position }) => position),
      asked.map(({ group }) => group),
    ),
  };
  return { auc: MEASURES.auc(judged), weightedAuc: MEASURES.weightedAuc(judged) };
}
