/** Whether a file is the one that was written down: looked at before anything is made of what is in
 * it. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { messageOf, WorkbenchError } from '../../core/errors.ts';
import type { FileFacts } from '../../store/files.ts';

/**
 * What is wrong with it, in words that follow its name; `undefined` where it has that size and
 * SHA-256. Others are served while a large one is read.
 */
export async function faultOfFile(path: string, { bytes, sha256 }: FileFacts): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) return 'is missing';
  if (found.size !== bytes) return `has ${found.size} bytes where ${bytes} were written`;
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  } catch (error) {
    return `cannot be read (${messageOf(error)})`;
  }
  return hash.digest('hex') === sha256 ? undefined : 'has other content than was written';
}

/** `whose`: in words. Throws `checkpoint.corrupt`. */
export async function assertSoundFile(path: string, facts: FileFacts, whose: string): Promise<void> {
  const fault = await faultOfFile(path, facts);
  if (fault === undefined) return;
  const advice = 'Train it again, or put the file back from a copy; `trade doctor` looks at all of them.';
  throw new WorkbenchError('checkpoint.corrupt', `The file of the weights of ${whose} ${fault}: ${path}. ${advice}`, {
    file: path,
  });
}
