/** ONNX Runtime, where students are deployed: the judge of every exported file. Loaded when first
 * asked for. */
import type * as Runtime from 'onnxruntime-node';
import { messageOf, WorkbenchError } from '../../core/errors.ts';

export type OnnxRuntime = typeof Runtime;

/** An exported network, ready to be asked. */
export interface OnnxSession {
  /** Logits `[batch][classes]` of pixels `[batch][channels][height][width]` from 0 to 1. */
  readonly pass: (pixels: Float32Array, batch: number) => Promise<Float32Array>;
  readonly dispose: () => Promise<void>;
}

/** Throws `backend.missing` where it is not installed: it is optional, and nothing but exports and
 * their speed need it. */
export async function loadOnnxRuntime(): Promise<OnnxRuntime> {
  try {
    return await import('onnxruntime-node');
  } catch (error) {
    const message =
      'ONNX Runtime does not load here, so an exported network could not be tried: run "npm start" to set up again. ' +
      `It said: ${messageOf(error)}`;
    throw new WorkbenchError('backend.missing', message, {}, { cause: error });
  }
}

/** `sizes`: channels, height, width. On the CPU, `threads` of them. Throws `export.failed` when the
 * runtime refuses the file. */
export async function openOnnx(bytes: Uint8Array, sizes: readonly number[], threads: number): Promise<OnnxSession> {
  const runtime = await loadOnnxRuntime();
  const session = await openSession(runtime, bytes, threads);
  return {
    pass: async (pixels, batch) => {
      const outputs = await session.run({ input: new runtime.Tensor('float32', pixels, [batch, ...sizes]) });
      return floatsOf(outputs['logits']);
    },
    dispose: () => session.release(),
  };
}

async function openSession(
  runtime: OnnxRuntime,
  bytes: Uint8Array,
  threads: number,
): Promise<Runtime.InferenceSession> {
  try {
    return await runtime.InferenceSession.create(bytes, {
      executionProviders: ['cpu'],
      graphOptimizationLevel: 'all',
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // Errors only: they come as exceptions too.
      logSeverityLevel: 3,
    });
  } catch (error) {
    const finding = messageOf(error);
    throw new WorkbenchError(
      'export.failed',
      `ONNX Runtime refuses the exported network: ${finding}`,
      {},
      { cause: error },
    );
  }
}

function floatsOf(tensor: Runtime.Tensor | undefined): Float32Array {
  if (tensor?.data instanceof Float32Array) return tensor.data;
  throw new WorkbenchError('export.failed', 'ONNX Runtime gave no logits of 32-bit floats.');
}
