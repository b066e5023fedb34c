/** Process that packs runs into an archive and takes archives apart: files of strangers are parsed
 * here, never in the host. */
import { WorkbenchError } from '../../core/errors.ts';
import type { ArchiveAnswer, PackOrder, UnpackOrder } from './protocol.ts';
import { packArchive } from './pack.ts';
import { unpackArchive } from './unpack.ts';

/** Between two reports. */
const REPORT_MS = 100;

const say = (answer: ArchiveAnswer): void => void process.send?.(answer);

let reported = 0;
let lastStage = '';

function report(stage: string, done: number, total: number): void {
  const now = performance.now();
  if (stage === lastStage && now - reported < REPORT_MS) return;
  reported = now;
  lastStage = stage;
  say({ type: 'progress', stage, done, total });
}

async function answer(order: PackOrder | UnpackOrder): Promise<ArchiveAnswer> {
  if (order.type === 'pack') return { type: 'packed', ...(await packArchive(order, report)) };
  return { type: 'unpacked', staged: await unpackArchive(order, report) };
}

function refusal(error: unknown): ArchiveAnswer {
  if (error instanceof WorkbenchError) {
    return { type: 'refused', code: error.code, message: error.message, place: error.place };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { type: 'refused', code: 'internal', message, place: {} };
}

process.on('message', (order) => {
  // Sound: the other end of this channel is our own host.
  void answer(order as PackOrder | UnpackOrder)
    .catch(refusal)
    .then(say);
});
process.on('disconnect', () => process.exit(0));
