/** Teacher folders as the host reads them: the card that stands beside the weights. */
import { writeFileSync } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { epochPointSchema } from '../bridge/epoch-schema.ts';
import { z } from '../bridge/zod.ts';
import { soundGraphSchema } from '../bridge/graph-schema.ts';
import { WorkbenchError } from '../core/errors.ts';
import type { EpochPoint } from '../core/trial.ts';
import { readJson, writeJson } from '../store/numbers.ts';

const TEXT = z.string().max(1000);
const count = z.int().min(0);

/** What the host uses of `teacher.json`, no wider than what a window may be answered; the trainer reads the rest. */
const cardSchema = z.object({
  name: TEXT,
  title: TEXT,
  graph: soundGraphSchema,
  recipe: z.object({
    epochs: count,
    optimizer: TEXT,
    learningRate: z.number().optional(),
    batchSize: count.optional(),
  }),
  seed: count,
  params: z.number().min(0),
  macs: z.number().min(0),
  accuracy: z.object({ validation: z.number(), test: z.number() }),
  dataset: z.object({ id: TEXT, title: TEXT, trainImages: count }),
  weights: z.object({
    file: z
      .string()
      .regex(/^[^./\\][^/\\]*$/)
      .max(200),
    sha256: TEXT.optional(),
  }),
  seconds: z.number().optional(),
  date: TEXT.optional(),
  backend: TEXT.optional(),
});

export type TeacherCard = z.output<typeof cardSchema>;

/** Throws `teacher.missing` when card or weights are not there or not sound. */
export async function readTeacherCard(directory: string): Promise<TeacherCard> {
  const file = join(directory, 'teacher.json');
  try {
    const card = cardSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    await access(join(directory, card.weights.file));
    return card;
  } catch (error) {
    const finding =
      error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error);
    const message = `There is no usable teacher in ${file}: ${finding}. Choose another teacher, or train one.`;
    throw new WorkbenchError('teacher.missing', message, { file }, { cause: error });
  }
}

const CURVE_FILE = 'curve.json';
const curveSchema = z.array(epochPointSchema);

/** Points of the epochs so far; none where the folder keeps none, as that of the bundled teacher does. */
export async function readCurve(directory: string): Promise<readonly EpochPoint[]> {
  const written = await readFile(join(directory, CURVE_FILE), 'utf8')
    .then(readJson)
    .catch(() => undefined);
  return curveSchema.safeParse(written).data ?? [];
}

export function writeCurve(directory: string, points: readonly EpochPoint[]): void {
  writeFileSync(join(directory, CURVE_FILE), writeJson(points));
}
