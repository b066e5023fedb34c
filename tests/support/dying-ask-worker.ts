/** The real ask worker, which dies at a question or at news while the file named by `DIE_WHILE` exists, and removes it if it may. */
import { existsSync, rmSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';

const flag = process.env['DIE_WHILE'] ?? '';
const dying = process.env['DIE_AT'] ?? 'ask';

parentPort?.on('message', ({ body }: { readonly body: { readonly type: string } }) => {
  if (body.type !== dying || !existsSync(flag)) return;
  if (process.env['DIE_ALWAYS'] === undefined) rmSync(flag);
  process.exit(1);
});
await import('../../src/host/ask-worker.ts');
