/* What core-js does not bring: taken into main and page as it is, so it imports nothing. */
AbortSignal.any ??= (signals) => {
  const made = new AbortController();
  for (const signal of signals) {
    if (signal.aborted) made.abort(signal.reason);
    else signal.addEventListener('abort', () => made.abort(signal.reason), { once: true });
  }
  return made.signal;
};
