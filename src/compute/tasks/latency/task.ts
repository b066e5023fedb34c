/** Forward passes of an architecture are timed; the process should have one thread, and the machine
 * to itself. */
import { z } from '../../../core/records/zod.ts';
import { LATENCY_BATCHES, LATENCY_ENGINES } from '../../../core/latency.ts';
import type { LatencyMeasurement } from '../../../core/latency.ts';
import { graph } from '../inputs.ts';
import type { Task } from '../outputs.ts';

export const latencyInput = z.object({
  graph,
  engines: z.array(z.enum(LATENCY_ENGINES)).readonly(),
  batches: z.array(z.literal(LATENCY_BATCHES)).readonly(),
});

export type LatencyTask = Task<typeof latencyInput, never, readonly LatencyMeasurement[]>;

/** A student on an engine, ready to be asked. */
export interface EngineSession {
  readonly version: string;
  readonly device: string;
  readonly threads: number;
  /** Images `[batch][h][w][c]` in the engine's own order. */
  readonly arranged: (images: Float32Array, batch: number) => Float32Array;
  /** Logits of a batch: images as an array in (in the engine's own order of channels), an array
   * out. */
  readonly pass: (images: Float32Array, batch: number) => Float32Array | Promise<Float32Array>;
  readonly dispose: () => Promise<void> | void;
}
