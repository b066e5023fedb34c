/** Replays of recorded tables: what it takes to play one, what is told on the way, and what is kept
 * of it. */
import { handedId } from './file.ts';
import { objectiveSchema } from '../../core/objective.ts';
import { anyNumber, count, id, list, readOnly, z } from '../../core/records/zod.ts';

const limits = readOnly(z.array(z.strictObject({ metric: z.string().min(1).max(120), max: z.number() })));

/** Where a table comes from: the program's own, or a file that a window has read. */
export const tableSourceSchema = z.union([
  z.strictObject({ bundled: z.string().min(1).max(120) }),
  z.strictObject({ file: z.string().min(1).max(255), text: z.string() }),
  /** One that is too large for a message: it was handed over (`files.put`). */
  z.strictObject({ file: z.string().min(1).max(255), handed: handedId }),
]);

export const tableSchema = z.strictObject({
  /** Of a bundled one: what `tableSourceSchema` calls it. */
  bundled: z.string().optional(),
  name: z.string(),
  source: z.string(),
  licence: z.string(),
  rows: count,
  families: count,
  /** Each row of the space is there; otherwise the rows are a sample of it. */
  complete: z.boolean(),
  /** What to mind when its replays are read. */
  note: z.string().optional(),
  objectives: list(objectiveSchema),
  /** Of a whole training, where the table says it, and how many kinds of shorter ones it has. */
  epochs: count.optional(),
  legs: count.optional(),
});

/** What only tables with epochs have a use for. */
const legsSchema = z.strictObject({
  budgetEpochs: z.int().min(1).max(1e8).optional().describe('Epochs of all trainings, instead of a number of rows'),
  legs: z.boolean().optional().describe('Strategies may ask for the short trainings that the table has'),
});

/** How each of the strategies plays. */
const gameSchema = z.strictObject({
  strategies: readOnly(z.array(z.string().min(1).max(120)).min(1).max(12)),
  budget: z.int().min(1).max(100_000).default(100).describe('Rows that a strategy may have trained'),
  seeds: z.int().min(1).max(1000).default(20).describe('Games of each strategy, the same seeds for all'),
  batch: z.int().min(1).max(256).default(1).describe('Proposals an ask'),
  single: z.boolean().default(false).describe('The first objective alone'),
  limits: limits.default([]).describe('Known metrics that a proposal must keep to'),
});

export const replayInputSchema = gameSchema.extend(legsSchema.shape).extend({
  name: z.string().trim().min(1).max(120).optional(),
  table: tableSourceSchema,
});

/** Replays of earlier versions had neither epochs nor legs. */
export const replaySummarySchema = gameSchema
  .required()
  .extend(legsSchema.shape)
  .extend({
    id,
    name: z.string(),
    /** `interrupted`: the program ended before the replay did. What was played until then is
     * kept. */
    state: z.enum(['queued', 'running', 'finished', 'stopped', 'interrupted', 'failed']),
    table: tableSchema,
    /** Games played, of strategies times seeds. */
    played: count,
    /** Median share of the hypervolume at the end, by strategy; of those that have played. */
    scores: list(z.strictObject({ strategy: z.string(), hypervolume: anyNumber })),
    createdAt: z.string(),
    seconds: anyNumber,
    reason: z.string().optional(),
    /** While running: games done, with the part of the one that is being played, and an estimate of
     * the seconds left. */
    live: z
      .strictObject({ strategy: z.string(), seed: count, done: anyNumber, secondsLeft: anyNumber.optional() })
      .optional(),
  });

/** One strategy with one seed; everything by row told, in order. */
export const gameResultSchema = z.strictObject({
  strategy: z.string(),
  seed: count,
  /** Share of the whole table's hypervolume. */
  hypervolume: list(anyNumber),
  /** Best first objective so far; NaN where there is none yet. */
  best: list(anyNumber),
  /** Wall time of the ask that proposed the row. */
  askMs: list(anyNumber),
  /** Counted through the families' rows as the file has them. */
  rows: list(count),
  /** Spent until then, short trainings too; where they were counted. */
  epochs: list(count).optional(),
});

export const replaySchema = z.strictObject({ summary: replaySummarySchema, results: list(gameResultSchema) });

export type TableSource = z.output<typeof tableSourceSchema>;
export type TableView = z.output<typeof tableSchema>;
export type ReplayInput = z.input<typeof replayInputSchema>;
export type ParsedReplayInput = z.output<typeof replayInputSchema>;
export type ReplaySummaryView = z.output<typeof replaySummarySchema>;
export type GameResultView = z.output<typeof gameResultSchema>;
export type ReplayView = z.output<typeof replaySchema>;
