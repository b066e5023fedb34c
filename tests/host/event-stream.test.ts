/** A stream tells everything in order, ends as its work ends, and stops it when nobody reads any more. */
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { eventStream } from '../../src/host/event-stream.ts';

const all = async <T>(stream: AsyncIterable<T>): Promise<readonly T[]> => {
  const seen: T[] = [];
  for await (const event of stream) seen.push(event);
  return seen;
};

describe('eventStream', () => {
  it('gives what was told before and after the reader came, in order', async () => {
    const stream = eventStream<number>(async (tell) => {
      tell(1);
      await new Promise((resolve) => setTimeout(resolve, 5));
      tell(2);
      tell(3);
    });
    expect(await all(stream)).toEqual([1, 2, 3]);
  });

  it('throws the error of its work once, after what was told', async () => {
    const stream = eventStream<number>(async (tell) => {
      tell(1);
      throw new Error('broken');
    });
    expect(await stream.next()).toEqual({ done: false, value: 1 });
    await expect(stream.next()).rejects.toThrow('broken');
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it.each(['return', 'signal'] as const)(
    'lets a waiting reader go and waits for the work to clean up, by %s',
    async (way) => {
      const outer = new AbortController();
      let isClean = false;
      const stream = eventStream<number>(async (_tell, signal) => {
        await once(signal, 'abort');
        await new Promise((resolve) => setTimeout(resolve, 5));
        isClean = true;
      }, outer.signal);
      const waiting = stream.next();
      if (way === 'return') await stream.return?.();
      else outer.abort();
      expect(await waiting).toEqual({ done: true, value: undefined });
      expect(isClean).toBe(true);
    },
  );
});
