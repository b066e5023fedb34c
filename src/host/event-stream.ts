/** What a piece of work tells on its way, as events that a client reads; who stops reading stops the work. */

/**
 * Begins at once. `signal` of the work is aborted when the reader returns or `outer` is aborted; the stream ends when the work
 * has, with its error if it failed.
 */
export function eventStream<Event>(
  work: (tell: (event: Event) => void, signal: AbortSignal) => Promise<void>,
  outer?: AbortSignal,
): AsyncIteratorObject<Event, undefined, undefined> {
  const stopping = new AbortController();
  const signal = outer ? AbortSignal.any([outer, stopping.signal]) : stopping.signal;
  const events: Event[] = [];
  let wake: (() => void) | undefined;
  let end: { readonly error?: unknown } | undefined;
  const settle = (how: { readonly error?: unknown }): void => {
    end = how;
    wake?.();
  };
  const tell = (event: Event): void => {
    events.push(event);
    wake?.();
  };
  const done = work(tell, signal).then(
    () => settle({}),
    (error: unknown) => settle({ error }),
  );
  const over: IteratorResult<Event, undefined> = { done: true, value: undefined };

  async function next(): Promise<IteratorResult<Event, undefined>> {
    for (;;) {
      const value = events.shift();
      if (value !== undefined) return { done: false, value };
      if (end !== undefined) {
        const { error } = end;
        end = {};
        if (error === undefined) return over;
        throw error;
      }
      await new Promise<void>((resolve) => (wake = resolve));
    }
  }

  async function stop(): Promise<IteratorResult<Event, undefined>> {
    stopping.abort();
    await done;
    events.length = 0;
    end = {};
    return over;
  }

  return {
    next,
    return: stop,
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}
