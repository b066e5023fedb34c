/** A reader that has had enough, as `head` has after some lines: the program ends quietly. */

/** What can be stopped is, as when the terminal is closed; the rest is said to nobody. Any other
 * fault of the streams is thrown as before. */
export function endWithReader(): void {
  let hasLeft = false;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      // Each write that is under way comes back so.
      if (hasLeft || stream === process.stderr) return;
      hasLeft = true;
      process.emit('SIGHUP', 'SIGHUP');
    });
  }
}
