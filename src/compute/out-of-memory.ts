/** Knows the words by which TensorFlow, WebAssembly and V8 say that there is no memory left. */
import { WorkbenchError } from '../core/errors.ts';

/**
 * `OOM when allocating tensor` stands in the message of TensorFlow's status 8 (RESOURCE_EXHAUSTED),
 * which its binding throws as a plain Error; `bad_alloc` comes from its library; the rest from V8's
 * array buffers.
 */
const WORDS =
  /\bOOM\b|out of memory|bad_alloc|RESOURCE_EXHAUSTED|Invalid TF_Status: 8\b|Array buffer allocation failed/i;

/** `trainer.memory` for an error that says so; any other is left alone. */
export function namingMemory(error: unknown): unknown {
  if (error instanceof WorkbenchError || !WORDS.test(String(error))) return error;
  const what = /OOM when allocating[^\n]*/.exec(String(error))?.[0] ?? String(error);
  const advice = 'Choose a smaller batch or smaller students, or train fewer side by side.';
  return new WorkbenchError(
    'trainer.memory',
    `The device ran out of memory. ${advice} (${what})`,
    {},
    { cause: error },
  );
}
