/**
 * A folder per class of files, at any depth below it; classes in the order of their names.
 * Where all folders are called `train`, `val` or `test` (and their like), those are splits, with
 * the folders of the classes in them.
 */
import { readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { SplitName } from '../../../core/records/sources.ts';
import { groupFinder } from './labelled-files.ts';
import type { LabelledFile, Medium } from './labelled-files.ts';
import { mapParts, MOST_CLASSES, unusable } from './source.ts';
import type { Parts, Source, SourceRequest } from './source.ts';

const SPLIT_FOLDERS: Readonly<Record<string, SplitName>> = {
  ...{ train: 'train', training: 'train' },
  ...{ val: 'val', valid: 'val', validation: 'val' },
  ...{ test: 'test', testing: 'test' },
};

/** As people call them; `undefined` for any other word. */
export const splitCalled = (name: string): SplitName | undefined =>
  Object.hasOwn(SPLIT_FOLDERS, name.toLowerCase()) ? SPLIT_FOLDERS[name.toLowerCase()] : undefined;

export function isClassFolder(path: string): boolean {
  return foldersIn(path).length > 0;
}

export async function readFolderSource(request: SourceRequest, medium: Medium): Promise<Source> {
  const { path, options, yieldToEvents } = request;
  const roots = splitFolders(path);
  const classes = foldersIn(roots.train);
  if (classes.length > MOST_CLASSES) {
    throw unusable(roots.train, `it has ${classes.length} folders of classes, and ${MOST_CLASSES} is the most`);
  }
  const groupOf = options.group === undefined ? undefined : groupFinder(path, options.group);
  let skipped = 0;
  const files = await mapParts(roots, async (root) => {
    await yieldToEvents();
    const found = classFiles(root, classes, medium);
    skipped += found.skipped;
    return groupOf === undefined ? found.files : found.files.map((one) => ({ ...one, group: groupOf(one.file) }));
  });
  const count = skipped === 1 ? '1 file' : `${skipped} files`;
  const warnings = skipped > 0 ? [`Left out, as no ${medium.noun}: ${count}.`] : [];
  return medium.read(request, classes, files, warnings);
}

/** The root itself for a folder that has no splits of its own. */
function splitFolders(path: string): Parts<string> {
  const names = foldersIn(path);
  const found = new Map<SplitName, string>();
  for (const name of names) {
    const split = splitCalled(name);
    if (split === undefined) return { train: path };
    if (found.has(split)) throw unusable(path, `"${found.get(split)}" and "${name}" are the same split`);
    found.set(split, name);
  }
  const place = (split: SplitName): string | undefined => {
    const name = found.get(split);
    return name === undefined ? undefined : join(path, name);
  };
  const [train, val, test] = [place('train'), place('val'), place('test')];
  if (train === undefined) throw unusable(path, 'it has no folder "train", and no folders of classes');
  return { train, ...(val && { val }), ...(test && { test }) };
}

function classFiles(
  root: string,
  classes: readonly string[],
  { noun, formats, extensions }: Medium,
): { readonly files: readonly LabelledFile[]; readonly skipped: number } {
  const stranger = foldersIn(root).find((name) => !classes.includes(name));
  if (stranger !== undefined) throw unusable(join(root, stranger), `the training ${noun}s have no such class`);
  let skipped = 0;
  const files = classes.flatMap((name, label) => {
    const folder = join(root, name);
    // A split may lack a class; a class that is there and empty is a mistake.
    if (statSync(folder, { throwIfNoEntry: false }) === undefined) return [];
    const found = filesBelow(folder);
    const known = found.filter((file) => extensions.includes(extname(file).toLowerCase()));
    if (known.length === 0) {
      throw unusable(folder, `this class has no ${formats} file; fill the folder or remove it`);
    }
    skipped += found.length - known.length;
    return known.map((file) => ({ file, label }));
  });
  return { files, skipped };
}

/** Hidden ones left out, in the order of their names; a link to a folder counts as one. */
function foldersIn(path: string): readonly string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.'))
    .filter((entry) => entry.isDirectory() || (entry.isSymbolicLink() && isFolder(join(path, entry.name))))
    .map(({ name }) => name)
    .sort();
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
