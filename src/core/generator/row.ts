/** What a study of generators keeps of each cell that was trained, one JSON line. */
import { hash, readOnly, z } from '../records/zod.ts';
import type { RecordOf } from '../records/zod.ts';

/** In the study's own folder: a stranger's row names no other file. */
const file = z.strictObject({ file: z.string().regex(/^generator-\d{1,9}\.(png|safetensors)$/), sha256: hash });

export const generatorRowSchema = z.strictObject({
  /** From 0. */
  episode: z.int().min(0),
  /** From 0: the images have a side of 8, 16, 32. */
  cell: z.int().min(0),
  action: z.int().min(0),
  /** IS-c and FD-c of the images of the generator so far. */
  score: z.number(),
  distance: z.number(),
  reward: z.number(),
  /** Of an earlier form, whose agent chose by them; nobody reads them. */
  channels: readOnly(z.array(z.number())).optional(),
  /** Of the last cell alone: samples as a PNG. */
  sheet: file.optional(),
  /** Where it has the least distance so far: the generator's weights. */
  weights: file.optional(),
});

export type GeneratorRow = RecordOf<typeof generatorRowSchema>;

export const AGENTS = ['sac', 'reinforce', 'random'] as const;
export type AgentName = (typeof AGENTS)[number];

/** What is asked of a study. */
export interface GeneratorCourse {
  readonly agent: AgentName;
  readonly episodes: number;
  /** Of a generator. */
  readonly cells: number;
  readonly seed: number;
}

/** The finished generator with the least distance; the earliest of equals. */
export function bestOf<R extends Pick<GeneratorRow, 'cell' | 'distance'>>(
  rows: readonly R[],
  cells: number,
): R | undefined {
  return rows
    .filter(({ cell }) => cell === cells - 1)
    .reduce<R | undefined>((best, row) => (best && best.distance <= row.distance ? best : row), undefined);
}
