/** Teacher folders as the host reads them: the card that stands beside the weights. */
import { writeFileSync } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { epochPointSchema } from '../bridge/epoch-schema.ts';
import { z } from '../bridge/zod.ts';
import { graphSchema } from '../bridge/schemas.ts';
import { WorkbenchError } from '../core/errors.ts';
import type { EpochPoint } from '../core/trial.ts';
import { readJson, writeJson } from '../store/numbers.ts';

/** What the host uses of `teacher.json`; the trainer reads the rest. */
const cardSchema = z.object({
  name: z.string(),
  title: z.string(),
  graph: graphSchema,
  recipe: z.object({
    epochs: z.number(),
    optimizer: z.string(),
    learningRate: z.number().optional(),
    batchSize: z.number().optional(),
  }),
  seed: z.number(),
  params: z.number(),
  macs: z.number(),
  accuracy: z.object({ validation: z.number(), test: z.number() }),
  dataset: z.object({ id: z.string(), title: z.string(), trainImages: z.number() }),
  weights: z.object({ file: z.string().regex(/^[^/\\]+$/), sha256: z.string().optional() }),
  seconds: z.number().optional(),
  date: z.string().optional(),
  backend: z.string().optional(),
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
