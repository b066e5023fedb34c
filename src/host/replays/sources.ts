/** Where tables come from: the program's own in `resources/tables`, or what a window has read and
 * handed over. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { TableSource, TableView } from '../../bridge/schemas/replay.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { Limit } from '../../core/objective.ts';
import type { HandedFiles } from '../workspace/handed-files.ts';
import { openReplay } from './player.ts';
import type { ReplayPlayer } from './player.ts';

const ENDING = '.json';

export type ReplaySources = ReturnType<typeof createReplaySources>;

export function createReplaySources(resources: string, handed: Pick<HandedFiles, 'file'>) {
  const folder = join(resources, 'tables');
  let listed: Promise<readonly TableView[]> | undefined;

  const names = async (): Promise<readonly string[]> =>
    (await readdir(folder).catch(() => []))
      .filter((file) => file.endsWith(ENDING))
      .map((file) => file.slice(0, -ENDING.length))
      .sort();

  async function textOf(source: TableSource): Promise<{ readonly text: string; readonly file: string }> {
    if ('text' in source) return source;
    if ('handed' in source) return { file: source.file, text: await read(handed.file(source.handed)) };
    const { bundled } = source;
    const known = await names();
    if (known.includes(bundled)) return { file: bundled, text: await read(join(folder, `${bundled}${ENDING}`)) };
    const choice =
      known.length === 0 ? 'none is bundled: give a file.' : `choose from ${known.join(', ')}, or give a file.`;
    throw new WorkbenchError('config.unreadable', `There is no bundled table "${bundled}": ${choice}`, {
      field: 'table',
    });
  }

  /** Throws what is wrong with the table or the limits. Close the player in the end. */
  async function open(source: TableSource, limits?: readonly Limit[]): Promise<ReplayPlayer> {
    const player = await openReplay(await textOf(source), resources, limits);
    return 'bundled' in source ? { ...player, table: { ...player.table, bundled: source.bundled } } : player;
  }

  async function facts(source: TableSource): Promise<TableView> {
    const player = await open(source);
    await player.close();
    return player.table;
  }

  /** One that cannot be played is no reason to hide the others; asked for by name, it says what is
   * wrong. */
  async function listAll(): Promise<readonly TableView[]> {
    const found: TableView[] = [];
    for (const bundled of await names())
      found.push(
        ...(await facts({ bundled }).then(
          (one) => [one],
          () => [],
        )),
      );
    return found;
  }

  /** Bundled tables that can be played, by name; read once. */
  const list = (): Promise<readonly TableView[]> => (listed ??= listAll());
  return { list, open, facts };
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const why = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
    throw new WorkbenchError('config.unreadable', `${basename(file)}: ${why}. Looked for: ${file}.`, {
      file,
      field: 'table',
    });
  }
}
