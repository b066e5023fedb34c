/** Names of runs in files, addresses and commands. */
import { randomBytes } from 'node:crypto';

/** Sorts by time of day, for people; unique by its last letters, which are drawn again where they
 * are taken: of 500 runs of one moment two may draw the same. */
export function newRunId(
  isTaken: (id: string) => boolean,
  draw = (): string => randomBytes(3).toString('hex'),
  at = new Date(),
): string {
  const time = at.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  for (;;) {
    const id = `${time}-${draw()}`;
    if (!isTaken(id)) return id;
  }
}
