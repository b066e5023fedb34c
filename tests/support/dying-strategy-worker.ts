/** The real strategy worker, which dies as of native code at a question or at news while the file
 * named by `DIE_WHILE` exists, and removes it if it may. */
import { existsSync, rmSync } from 'node:fs';
import '../../src/host/processes/strategy-worker.ts';

const flag = process.env['DIE_WHILE'] ?? '';
const dying = process.env['DIE_AT'] ?? 'ask';

process.prependListener('message', (message) => {
  // Sound: the other end of this channel is our own host.
  const { m: called } = message as { readonly m: string };
  if (called !== dying || !existsSync(flag)) return;
  if (process.env['DIE_ALWAYS'] === undefined) rmSync(flag);
  process.kill(process.pid, 'SIGSEGV');
});
