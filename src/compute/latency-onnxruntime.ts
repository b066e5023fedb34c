/** onnxruntime-node, where students are deployed, as an engine whose passes are timed. */
import type { ArchitectureGraph } from '../core/arch/graph.ts';
import { WorkbenchError } from '../core/errors.ts';
import type { EngineSession } from './latency.ts';

export function onnxruntimeEngine(_graph: ArchitectureGraph): Promise<EngineSession> {
  return Promise.reject(new WorkbenchError('backend.missing', 'onnxruntime-node is not there yet.'));
}
