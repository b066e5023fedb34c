/** What windows have handed over, each in a folder of its own below the session's temporary one,
 * until it is dropped. */
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import type { HandedPiece } from '../../bridge/schemas/file.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { inWordsOf } from '../../store/errors.ts';

/** Larger ones are taken by their path on the command line, without a copy. */
const MOST = Object.freeze({ bytes: 8e9, files: 250_000, held: 8 });

interface Handed {
  readonly folder: string;
  bytes: number;
  files: number;
  /** Of those who read it now. */
  holders: number;
  isDropped: boolean;
}

export type HandedFiles = ReturnType<typeof createHandedFiles>;

export function createHandedFiles(temp: string) {
  /** In the order of their coming. */
  const all = new Map<string, Handed>();
  let number = 0;

  function begin(id: string): Handed {
    const idle = [...all].filter(([, { holders }]) => holders === 0);
    for (const [oldest] of idle.slice(0, Math.max(0, all.size + 1 - MOST.held))) drop(oldest);
    number += 1;
    const handed = { folder: join(temp, `handed-${number}`), bytes: 0, files: 0, holders: 0, isDropped: false };
    all.set(id, handed);
    return handed;
  }

  /** The next pieces of what bears this id; the first ones begin it. What is more than is held
   * gives the oldest up. */
  function put(id: string, pieces: readonly HandedPiece[]): void {
    const handed = all.has(id) ? handedOf(id) : begin(id);
    for (const piece of pieces) {
      handed.bytes += piece.data.length;
      if (piece.offset === 0) handed.files += 1;
      if (handed.bytes > MOST.bytes || handed.files > MOST.files) {
        drop(id);
        const most = `${MOST.bytes / 1e9} GB or ${MOST.files} files`;
        throw new WorkbenchError(
          'usage.invalid',
          `This is more than ${most}: give its path on the command line, which copies nothing.`,
        );
      }
      inWordsOf(piece.path, () => write(handed.folder, piece));
    }
  }

  function handedOf(id: string): Handed {
    const handed = all.get(id);
    if (handed !== undefined && !handed.isDropped) return handed;
    throw new WorkbenchError('usage.invalid', 'These files were not handed over: choose them again.');
  }

  function drop(id: string): void {
    const handed = all.get(id);
    if (handed === undefined) return;
    handed.isDropped = true;
    if (handed.holders > 0) return;
    all.delete(id);
    rmSync(handed.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  return {
    put,
    drop,
    /** Nobody reads any more: all of it goes. */
    close: () => [...all.keys()].forEach(drop),
    /** Its folder, which stays until `release`, whatever the window says. Throws where nothing was
     * handed over. */
    hold: (id: string) => {
      const handed = handedOf(id);
      handed.holders += 1;
      return {
        folder: handed.folder,
        release: () => {
          handed.holders -= 1;
          if (handed.isDropped) drop(id);
        },
      };
    },
    /** The one file of it. Throws where nothing was handed over. */
    file: (id: string) => {
      const { folder } = handedOf(id);
      return join(folder, readdirSync(folder)[0] ?? '');
    },
  };
}

/** The path was parsed by its schema; that it stays in the folder is looked at once more. */
function write(folder: string, { path, offset, data }: HandedPiece): void {
  const target = resolve(folder, ...path.split('/'));
  if (!target.startsWith(resolve(folder) + sep)) throw new WorkbenchError('usage.invalid', `"${path}" is no name.`);
  const size = offset === 0 ? 0 : (statSync(target, { throwIfNoEntry: false })?.size ?? 0);
  if (size !== offset) {
    throw new WorkbenchError('usage.invalid', `A piece of "${path}" came out of turn: choose the files again.`);
  }
  if (offset === 0) mkdirSync(dirname(target), { recursive: true });
  // `wx`: a file is begun once, and nothing that is there is opened.
  writeFileSync(target, data, { flag: offset === 0 ? 'wx' : 'a' });
}

/** A window names what it has handed over, and no other file. */
export function handedFile(folder: string, name: string, field: string): string {
  const place = resolve(folder, name);
  if (place.startsWith(`${folder}${sep}`)) return place;
  throw new WorkbenchError('usage.invalid', `${field}: "${name}" is not in the folder.`, { field });
}

/** The person knows the files by `name`, not by where they were kept meanwhile. */
export function asNamed(error: unknown, kept: string, name: string): unknown {
  if (!(error instanceof WorkbenchError)) return error;
  const { file, ...place } = error.place;
  const words = (text: string): string => text.replaceAll(kept, name);
  const where = { ...place, ...(file !== undefined && { file: words(file) }) };
  return new WorkbenchError(error.code, words(error.message), where, { cause: error });
}
