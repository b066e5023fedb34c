/**
 * Replays as files of the workspace's `replays` folder, `<id>-<part of the content's hash>.json`:
 * written whole in the session's temp folder, flushed, renamed. A file whose content is not what
 * its name says was damaged, and is passed over.
 */
import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jsonWithWords, wordNumber } from '../../core/written-numbers.ts';
import { replaySchema } from '../../bridge/schemas/replay.ts';
import type { ReplayView } from '../../bridge/schemas/replay.ts';
import { flushFile, flushFolder, makeFolder, move } from '../../store/disk.ts';
import { REPLAYS_FOLDER } from '../../store/ownership.ts';
import type { Log } from '../log.ts';

const FILE_NAME = /^([A-Za-z0-9_]{1,64})-([0-9a-f]{12})\.json$/;
/** Lists of these hold numbers that JSON may lack. */
const NUMBERS: ReadonlySet<string> = new Set(['hypervolume', 'best', 'askMs', 'seconds']);

/** Undefined where the name is none of a replay's file. */
export const replayIdIn = (file: string): string | undefined => FILE_NAME.exec(file)?.[1];

/** Throws what keeps the content of a file of this name from being a replay. */
export function parseReplay(file: string, text: string): ReplayView {
  const [, id, hash] = FILE_NAME.exec(file) ?? [];
  if (id === undefined) throw new Error('its name is none of a replay');
  if (hashOf(text) !== hash) throw new Error('its content is not what was written');
  const replay = replaySchema.parse(JSON.parse(text, revive));
  if (replay.summary.id !== id) throw new Error('its name is another replay’s');
  return replay;
}

export type ReplayFiles = ReturnType<typeof createReplayFiles>;

export function createReplayFiles(directory: string, temp: string, log: Log) {
  const folder = join(directory, REPLAYS_FOLDER);
  /** Files of each replay that was written or seen. */
  const filesOf = new Map<string, Set<string>>();

  function remember(id: string, file: string): void {
    filesOf.set(id, (filesOf.get(id) ?? new Set()).add(file));
  }

  async function readOne(file: string): Promise<ReplayView | undefined> {
    try {
      return parseReplay(file, await readFile(join(folder, file), 'utf8'));
    } catch (error) {
      log.warn({ file, error: String(error) }, 'replay passed over');
      return undefined;
    }
  }

  /** Of each replay the file with the most games; broken ones are told to the log. */
  async function readAll(only?: string): Promise<readonly ReplayView[]> {
    const found = new Map<string, ReplayView>();
    for (const file of await readdir(folder).catch(() => [])) {
      const id = replayIdIn(file) ?? '';
      if (id === '' || (only !== undefined && id !== only)) continue;
      remember(id, file);
      const replay = await readOne(file);
      const other = found.get(id);
      if (replay !== undefined && (other === undefined || other.results.length < replay.results.length))
        found.set(id, replay);
    }
    return [...found.values()];
  }

  /** In the place of what was kept of it before. */
  function write(replay: ReplayView): void {
    const { id } = replay.summary;
    const text = jsonWithWords(replay);
    const file = `${id}-${hashOf(text)}.json`;
    const draft = join(temp, file);
    makeFolder(folder);
    writeFileSync(draft, text);
    flushFile(draft);
    // Before the one that it replaces goes.
    move(draft, join(folder, file));
    for (const old of filesOf.get(id) ?? []) if (old !== file) rmSync(join(folder, old), { force: true });
    filesOf.set(id, new Set([file]));
  }

  function remove(id: string): void {
    const files = filesOf.get(id);
    if (files === undefined) return;
    for (const file of files) rmSync(join(folder, file), { force: true });
    flushFolder(folder);
    filesOf.delete(id);
  }

  return {
    readAll,
    /** Undefined where there is none that is whole. */
    read: async (id: string) => (await readAll(id))[0],
    write,
    remove,
  };
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

/** NaN and the infinities come back from their words. */
function revive(key: string, value: unknown): unknown {
  if (!NUMBERS.has(key)) return value;
  if (typeof value === 'string') return wordNumber(value);
  return Array.isArray(value)
    ? value.map((item: unknown) => (typeof item === 'string' ? wordNumber(item) : item))
    : value;
}
