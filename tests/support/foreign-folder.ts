/** Folders that are not ours: made by a list of files, and read as one value to be compared. */
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Content by path; a folder is made for each. */
export function plantFolder(folder: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** Everything in it, by its path: content of files, targets of links, `folder` for folders. Links
 * are not followed. */
export function foldersTree(folder: string): Readonly<Record<string, string>> {
  const tree: Record<string, string> = {};
  const walk = (path: string): void => {
    for (const name of readdirSync(path).sort()) {
      const place = join(path, name);
      const facts = lstatSync(place);
      const key = relative(folder, place);
      if (facts.isSymbolicLink()) tree[key] = `-> ${readlinkSync(place)}`;
      else if (facts.isDirectory()) {
        tree[`${key}/`] = 'folder';
        walk(place);
      } else tree[key] = facts.isFile() ? readFileSync(place, 'latin1') : 'something else';
    }
  };
  walk(folder);
  return tree;
}
