import { measureLatency } from '../../latency/latency.ts';
import type { Run } from '../run.ts';

export const runLatency: Run<'latency'> = ({ graph, engines, batches }, { yieldToEvents }) =>
  measureLatency(graph, engines, batches, yieldToEvents);
