/** Architecture graphs from files: every layer by its op, and shapes that fit from the input to the
 * logits. */
import { messageOf } from '../errors.ts';
import { inferShapes } from '../arch/cost.ts';
import type { ArchitectureGraph } from '../arch/graph.ts';
import { z } from './zod.ts';

/** Larger ones are no networks that this program trains, and their sizes would overflow. */
const MOST_LAYERS = 5000;
const size = z.int().min(1).max(65_536);
const name = z.string().min(1).max(200);

const opSchema = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('input') }),
  z.strictObject({ op: z.literal('conv2d'), filters: size, kernel: size, stride: size, bias: z.boolean() }),
  z.strictObject({ op: z.literal('depthwiseConv2d'), kernel: size, stride: size, bias: z.boolean() }),
  z.strictObject({ op: z.literal('batchNorm') }),
  z.strictObject({ op: z.literal('layerNorm') }),
  z.strictObject({
    op: z.literal('activation'),
    kind: z.enum(['relu', 'relu6', 'gelu', 'swish', 'hardSwish', 'sigmoid', 'hardSigmoid']),
  }),
  z.strictObject({ op: z.literal('add') }),
  z.strictObject({ op: z.literal('scale') }),
  z.strictObject({ op: z.literal('layerScale') }),
  z.strictObject({ op: z.literal('channels'), from: z.int().min(0).max(65_536), count: size }),
  z.strictObject({ op: z.literal('concat') }),
  z.strictObject({ op: z.literal('channelShuffle'), groups: size }),
  z.strictObject({ op: z.literal('dense'), units: size, bias: z.boolean() }),
  z.strictObject({ op: z.literal('globalAveragePool') }),
  z.strictObject({ op: z.literal('averagePool'), size, stride: size }),
  z.strictObject({ op: z.literal('maxPool'), size, stride: size }),
  z.strictObject({ op: z.literal('tokens') }),
  z.strictObject({ op: z.literal('positionEmbedding') }),
  z.strictObject({ op: z.literal('transpose') }),
  z.strictObject({
    op: z.literal('attention'),
    heads: size,
    grid: z.tuple([size, size]).readonly().optional(),
  }),
  z.strictObject({ op: z.literal('meanTokens') }),
]);

const shape = z.strictObject({
  family: name,
  inputShape: z.array(size).min(1).max(3).readonly(),
  classes: size,
  layers: z
    .array(z.strictObject({ id: name, layer: opSchema, inputs: z.array(name).max(100).readonly() }))
    .min(1)
    .max(MOST_LAYERS)
    .readonly(),
});

type Mutual<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
/** Core's graph and this schema mean the same: a drift does not compile. */
const inStep: Mutual<z.output<typeof shape>, ArchitectureGraph> = true;
void inStep;

/** Of a file that anybody may have written: what passes can be drawn, counted and built. */
export const soundGraphSchema = shape.superRefine((graph, context) => {
  try {
    inferShapes(graph);
  } catch (error) {
    const message = messageOf(error);
    context.addIssue({ code: 'custom', message });
  }
});
