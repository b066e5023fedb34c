/** How many calls of one connection may be under way: what comes beyond is refused in words at
 * once, and costs nothing. */
import { WorkbenchError } from '../core/errors.ts';

/** A window has some dozen under way at most. */
const MOST_CALLS = 256;

/** Of one connection. */
export interface CallContext {
  /** Calls that have no answer yet, and streams that are not given up. */
  underWay: number;
}

interface Call<T> {
  readonly context: CallContext;
  readonly signal?: AbortSignal | undefined;
  readonly next: () => Promise<T>;
}

/** Throws `usage.invalid` where there are too many. */
export async function boundCall<T>({ context, signal, next }: Call<T>): Promise<T> {
  if (context.underWay >= MOST_CALLS) {
    const problem = `More than ${MOST_CALLS} calls of this window are under way: wait for their answers first.`;
    throw new WorkbenchError('usage.invalid', problem);
  }
  context.underWay += 1;
  const over = (): void => void (context.underWay -= 1);
  let answer: T;
  try {
    answer = await next();
  } catch (error) {
    over();
    throw error;
  }
  // A stream goes on after its call has been answered.
  if (isStream(answer) && signal !== undefined && !signal.aborted)
    signal.addEventListener('abort', over, { once: true });
  else over();
  return answer;
}

function isStream(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer;
}

export const testing = { MOST_CALLS };
