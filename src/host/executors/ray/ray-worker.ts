/**
 * Entry on a machine of a cluster, started there by `resources/ray/driver.py`: it starts a trainer
 * as the host does on its own machine, and hands messages on, between lines of JSON on standard
 * input and output and the trainer's channel. Paths of orders and of what comes back are put right
 * on the way (`envelope.ts`).
 */
import { createInterface } from 'node:readline';
import { read } from '../../../bridge/lines.ts';
import { toTrainerSchema } from '../../../compute/protocol.ts';
import type { FromTrainer } from '../../../compute/protocol.ts';
import { z } from '../../../core/records/zod.ts';
import { startProcess } from '../../processes/own-process.ts';
import { processEntry } from '../../processes/process-entry.ts';
import { PROGRAM_VERSION } from '../../version.ts';
import { packed, placed } from './envelope.ts';

const tellingSchema = z.object({
  /** Another trainer, which tests put in the place of the real one. */
  entry: z.string().optional(),
  environment: z.record(z.string(), z.string()),
  folders: z.object({ root: z.string(), temp: z.string(), cache: z.string() }),
});

if (process.argv.includes('--version')) {
  process.stdout.write(`${JSON.stringify({ version: PROGRAM_VERSION })}\n`);
} else {
  work(tellingSchema.parse(JSON.parse(process.env['TRADE_RAY_WORKER'] ?? '{}')));
}

function work({ entry = processEntry('trainer'), environment, folders }: z.infer<typeof tellingSchema>): void {
  const { child, gone, tail } = startProcess(entry, process.execPath, environment);
  const put = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

  // Sound: the other end of this channel is our own trainer.
  child.on('message', (message) => put(packed(message as FromTrainer, folders.temp)));
  const lines = createInterface(process.stdin);
  lines.on('line', (line) => {
    const message = placed(toTrainerSchema.parse(read(JSON.parse(line))), folders);
    if (child.connected) child.send(message, () => undefined);
  });
  // Whoever placed it here is gone: the trainer goes with its parent.
  lines.on('close', () => process.exit(0));
  put({ version: PROGRAM_VERSION });
  void gone.then((how) => {
    process.stderr.write(`The trainer process died: ${how}.${tail()}`);
    process.exitCode = 1;
    lines.close();
  });
}
