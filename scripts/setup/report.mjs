/** Progress and errors of set-up, as a person reads them. Everything goes to stderr: stdout belongs
 * to the program. */

/** A step that could not be done: what was wrong, where, and what to do. */
export class SetupError extends Error {
  /** @param {{ message: string, advice: string, output?: string, code?: string }} parts */
  constructor({ message, advice, output = '', code = 'step-failed' }) {
    super(message);
    this.name = 'SetupError';
    this.advice = advice;
    this.output = output;
    this.code = code;
  }
}

/** @returns {string} the error as several lines for a terminal */
export function describeError(error) {
  if (!(error instanceof SetupError)) {
    // What the system refused (EACCES, EROFS, ENOSPC ...) has a path; anything else is our own
    // mistake.
    if (!error.path) return `Set-up failed: ${error.stack ?? error}`;
    return (
      `Set-up failed: ${error.message}\n  What to do: see that you may write to ${error.path} and that its ` +
      'disk has room.'
    );
  }
  if (error.code === 'interrupted') return `Set-up was interrupted; ${error.advice}`;
  const output = readable(error.output).trimEnd();
  return [
    `Set-up failed: ${error.message}`,
    ...(output ? ['  The end of its output:', ...output.split('\n').map((line) => `  | ${line}`)] : []),
    `  What to do: ${error.advice}`,
  ].join('\n');
}

/** Drops colours, and the places in a tool's own code, which tell the reader nothing. */
const readable = (output) => output.replaceAll(/\u001b\[[0-9;]*m/g, '').replaceAll(/^\s+at .*\n?/gm, '');

/**
 * @typedef {{ line(text: string): void, step<T>(title: string, work: () => Promise<T>): Promise<T>
 * }} Reporter
 *   `step` runs one step, telling its start and the time it took
 */

/**
 * Reports the steps; on a terminal a running step also counts its seconds.
 * @param {NodeJS.WriteStream} stream
 * @returns {Reporter}
 */
export function createReporter(stream = process.stderr) {
  const line = (text) => void stream.write(`${text}\n`);
  return {
    line,
    async step(title, work) {
      const started = performance.now();
      const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
      line(`• ${title}`);
      const clear = stream.isTTY ? '\r\u001b[K' : '';
      const ticker = stream.isTTY ? setInterval(() => stream.write(`${clear}  ... ${seconds()}`), 1000) : undefined;
      const finish = (text) => {
        clearInterval(ticker);
        line(`${clear}${text}`);
      };
      try {
        const result = await work();
        finish(`  done in ${seconds()}`);
        return result;
      } catch (error) {
        finish(`  failed after ${seconds()}`);
        throw error;
      }
    },
  };
}
