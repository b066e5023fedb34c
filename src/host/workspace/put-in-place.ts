/** A finished folder into its place, for good: its content has reached the disk before its name
 * does. */
import { flushTreeNow, move } from '../../store/disk.ts';

/** Both lie on the same disk. When it returns, the folder is at `to` after a power cut, too, with
 * all of its files. */
export function putFolderInPlace(from: string, to: string): void {
  flushTreeNow(from);
  move(from, to);
}
