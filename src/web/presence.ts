/** Notices when the last window has gone: a reload comes back at once, a closed window does not. */

/** Longer than a reload takes, and the page's first tries to connect again. */
const GRACE_MS = 4000;

export function createPresence(onAlone: () => void, graceMs = GRACE_MS) {
  let windows = 0;
  let timer: NodeJS.Timeout | undefined;
  return {
    arrived() {
      windows += 1;
      clearTimeout(timer);
    },
    left() {
      windows -= 1;
      if (windows > 0) return;
      clearTimeout(timer);
      timer = setTimeout(onAlone, graceMs).unref();
    },
  };
}
