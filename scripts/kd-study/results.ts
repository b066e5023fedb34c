/** The study's record: one JSON line a finished training, appended by any number of processes. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { claimed } from '../../src/compute/claim.ts';

export interface Result {
  readonly id: string;
  readonly arm: string;
  readonly family: string;
  readonly seed: number;
  readonly params: number;
  readonly macs: number;
  readonly epochs: number;
  /** Of all validation images, after the last epoch. */
  readonly validationAccuracy: number;
  /** Of all test images; not measured where something is tuned. */
  readonly testAccuracy?: number;
  /** Test accuracy of its teacher. */
  readonly teacherAccuracy?: number;
  readonly seconds: number;
}

/** A line that a killed process left half written is passed over, and its training done again. */
export function readResults(file: string): readonly Result[] {
  if (!existsSync(file)) return [];
  const byId = new Map<string, Result>();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    try {
      // Sound: only this script writes the file, and a torn line is no JSON.
      const result = JSON.parse(line) as Result;
      if (!byId.has(result.id)) byId.set(result.id, result);
    } catch {
      continue;
    }
  }
  return [...byId.values()];
}

/** Does one training and appends its line, unless it is there or another process is at it. */
export async function recorded(
  file: string,
  id: string,
  work: (stillAtIt: () => void) => Promise<Result>,
): Promise<Result | undefined> {
  const isDone = (): boolean => readResults(file).some((result) => result.id === id);
  if (isDone()) return undefined;
  const path = join(dirname(file), 'claims', id.replace(/[^\w.=-]+/g, '_'));
  mkdirSync(dirname(path), { recursive: true });
  return claimed(path, async () => {
    // It may have been finished between the look and the claim.
    if (isDone()) return undefined;
    const result = await work(() => touchClaim(path));
    // The line break leads: after a torn line the next one starts afresh.
    appendFileSync(file, `\n${JSON.stringify(result)}`);
    return result;
  });
}

/** Old claims are taken over, so that long work must show that it goes on. */
export function touchClaim(path: string): void {
  const now = new Date();
  if (existsSync(`${path}.claim`)) utimesSync(`${path}.claim`, now, now);
}
