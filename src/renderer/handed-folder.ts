/** A folder that the person picks or drops, and its way to the host in pieces: by the browser's own
 * means, nothing is a path of the machine. */
import { MOST_PIECES, PIECE_BYTES } from '../bridge/schemas/file.ts';
import type { HandedPiece } from '../bridge/schemas/file.ts';
import { isAnswersName } from '../bridge/schemas/teacher-import.ts';
import { useClient } from './api.ts';
import { handedId, pickFiles } from './files.ts';

export interface PickedFile {
  /** Below the folder, with `/` between names. */
  readonly path: string;
  readonly file: File;
}

export interface PickedFolder {
  readonly name: string;
  /** Hidden ones are left out. */
  readonly files: readonly PickedFile[];
  readonly bytes: number;
}

/** Undefined when the person cancels, or picks one that is empty. */
export async function pickFolder(): Promise<PickedFolder | undefined> {
  const picked = await pickFiles({ webkitdirectory: true });
  const [name] = picked[0]?.webkitRelativePath.split('/') ?? [];
  const files = picked.map((file) => ({ path: file.webkitRelativePath.split('/').slice(1).join('/'), file }));
  return name === undefined ? undefined : folderOf(name, files);
}

/** A network, or its answers. */
export const isTeacherName = (name: string): boolean => isNetworkName(name) || isAnswersName(name);
const isNetworkName = (name: string): boolean => name.toLowerCase().endsWith('.onnx');

/** A teacher's file, and those beside it that hold its weights. Undefined when the person
 * cancels. */
export const pickTeacher = async (): Promise<PickedFolder | undefined> =>
  teacherFiles(await pickFiles({ multiple: true }));

/** Named by the network among them. */
export function teacherFiles(files: readonly File[]): PickedFolder | undefined {
  const network = files.find(({ name }) => isNetworkName(name)) ?? files[0];
  return (
    network &&
    folderOf(
      network.name,
      files.map((file) => ({ path: file.name, file })),
    )
  );
}

/** As it was dropped on the window. */
export async function droppedFolder(entry: FileSystemDirectoryEntry): Promise<PickedFolder> {
  const files: PickedFile[] = [];
  const walk = async (folder: FileSystemDirectoryEntry, path: string): Promise<void> => {
    for (const one of await entriesOf(folder)) {
      const inner = `${path}${one.name}`;
      if (isFolder(one)) await walk(one, `${inner}/`);
      else if (isFile(one)) files.push({ path: inner, file: await new Promise((got, not) => one.file(got, not)) });
    }
  };
  await walk(entry, '');
  return folderOf(entry.name, files);
}

export const isFolder = (entry: FileSystemEntry | null | undefined): entry is FileSystemDirectoryEntry =>
  entry?.isDirectory === true;
const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;

/** A browser gives them a hundred at a time. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((got, not) => reader.readEntries(got, not));
    if (some.length === 0) return all;
    all.push(...some);
  }
}

function folderOf(name: string, all: readonly PickedFile[]): PickedFolder {
  const files = all.filter(({ path }) => !path.split('/').some((part) => part.startsWith('.')));
  return { name, files, bytes: files.reduce((sum, { file }) => sum + file.size, 0) };
}

/** Gives the id under which the host has it then. Throws what `signal` was aborted with; nothing is
 * left there then. */
export async function handOver(
  { files, bytes }: Pick<PickedFolder, 'files' | 'bytes'>,
  tell: (share: number) => void,
  signal?: AbortSignal,
): Promise<string> {
  const client = useClient();
  const id = handedId('handed');
  let sent = 0;
  try {
    for await (const pieces of messagesOf(files)) {
      signal?.throwIfAborted();
      await client.files.put({ id, pieces });
      sent += pieces.reduce((sum, { data }) => sum + data.length, 0);
      tell(bytes === 0 ? 1 : sent / bytes);
    }
    signal?.throwIfAborted();
    return id;
  } catch (error) {
    client.files.drop({ id }).catch(() => undefined);
    throw error;
  }
}

/** Many small files in one message, a large one in many. */
async function* messagesOf(files: readonly PickedFile[]): AsyncGenerator<HandedPiece[]> {
  let pieces: HandedPiece[] = [];
  let size = 0;
  for (const { path, file } of files) {
    let offset = 0;
    do {
      const data = new Uint8Array(await file.slice(offset, offset + PIECE_BYTES - size).arrayBuffer());
      pieces.push({ path, offset, data });
      offset += data.length;
      size += data.length;
      if (size >= PIECE_BYTES || pieces.length >= MOST_PIECES) {
        yield pieces;
        pieces = [];
        size = 0;
      }
    } while (offset < file.size);
  }
  if (pieces.length > 0) yield pieces;
}
