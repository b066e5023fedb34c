/** Forward passes of an architecture are timed; the process should have one thread, and the machine
 * to itself. */
import { z } from '../../../core/records/zod.ts';
import { LATENCY_BATCHES, LATENCY_ENGINES } from '../../../core/latency.ts';
import type { LatencyMeasurement } from '../../../core/latency.ts';
import { graph } from '../inputs.ts';

export const latencyInput = z.object({
  graph,
  engines: z.array(z.enum(LATENCY_ENGINES)).readonly(),
  batches: z.array(z.literal(LATENCY_BATCHES)).readonly(),
});

export interface LatencyTask {
  readonly input: Readonly<z.infer<typeof latencyInput>>;
  readonly report: never;
  readonly output: readonly LatencyMeasurement[];
}
