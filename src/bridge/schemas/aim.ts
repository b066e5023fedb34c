/** What a search aims at besides its objectives, as people write it. */
import { LATENCY_BATCHES, LATENCY_ENGINES } from '../../core/latency.ts';
import { REWARD_COSTS } from '../../core/objective.ts';
import { z } from '../../core/records/zod.ts';

export const rewardInput = z
  .strictObject({
    cost: z.enum(REWARD_COSTS).default('macs').describe('Cost in the reward'),
    target: z
      .number()
      .positive()
      .optional()
      .describe('Target T of that cost; the median of the reference students (of latency: its limit) when absent'),
    under: z.number().min(-10).max(0).default(-0.07).describe('Exponent of cost / T up to the target'),
    over: z.number().min(-10).max(0).default(-0.07).describe('Exponent of cost / T beyond the target'),
  })
  .prefault({})
  .describe('Where reward is the objective: accuracy · (cost / T) ^ exponent');

export const limitsInput = z
  .strictObject({
    params: z.number().positive().optional().describe('At most so many parameters'),
    macs: z.number().positive().optional().describe('At most so many multiply-accumulates a picture'),
    latencyMs: z.number().positive().optional().describe('At most so many milliseconds a pass; timed before training'),
  })
  .prefault({})
  .describe('Budget of the device');

export const latencyInput = z
  .strictObject({
    engine: z
      .enum(LATENCY_ENGINES)
      .default('onnxruntime')
      .describe('Where latency counts: ONNX Runtime, or the backend that trains'),
    batch: z.literal(LATENCY_BATCHES).default(1).describe('Images a pass of it'),
  })
  .prefault({})
  .describe('What latencyMs means: the median time of a pass on one thread');

export const referenceInput = z
  .strictObject({
    accuracy: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe('Hypervolume counts from this accuracy, 0 to 1; that of always naming the commonest class when absent'),
  })
  .prefault({})
  .describe('Where the hypervolume counts from');
