/** What is asked of a study of generators. */
import { MOST_CELLS } from '../../core/generator/cells.ts';
import { AGENTS } from '../../core/generator/row.ts';
import { anyNumber, complete, count, list, z } from '../../core/records/zod.ts';
import { folderName } from './library.ts';

export const generatorStudyInput = z.strictObject({
  dataset: z.string().trim().min(1).max(120).default('fashion-mnist').describe('Whose images generators learn'),
  teacher: z.string().trim().min(1).max(120).optional().describe('Its classifier, which judges them'),
  agent: z.enum(AGENTS).default('sac').describe('Who chooses the cells'),
  episodes: z.int().min(1).max(1000).default(30).describe('Generators that are built'),
  cells: z.int().min(1).max(MOST_CELLS).default(2).describe('Of a generator; each doubles the side, from 4 on'),
  images: z.int().min(100).max(100_000).default(2000).describe('Training images that are used, the first ones'),
  epochs: z.int().min(1).max(200).default(6).describe('Passes over them after each cell'),
  seed: z.int().min(0).max(0xffffffff).default(1).describe('Of weights, batches and choices'),
});

/** One that the workspace keeps. */
export const namedStudyInput = z.strictObject({
  name: folderName.describe('What the study is called'),
  ...generatorStudyInput.shape,
});

/** What came of one so far. */
export const generatorStudySchema = z.strictObject({
  name: z.string(),
  bytes: count,
  /** Absent where it cannot be read: then `fault` says why, and there are no rows. */
  order: complete(generatorStudyInput).optional(),
  fault: z.string().optional(),
  /** A cell each, in order; `sheet`: samples are kept. */
  rows: list(
    z.strictObject({
      ...{ episode: count, cell: count, action: count, score: anyNumber, distance: anyNumber },
      sheet: z.boolean(),
    }),
  ),
});

export const sheetInput = z.strictObject({ name: folderName, episode: count });

export type GeneratorStudyOrder = z.output<typeof generatorStudyInput>;
export type NamedStudyOrder = z.output<typeof namedStudyInput>;
export type GeneratorStudyView = z.output<typeof generatorStudySchema>;
