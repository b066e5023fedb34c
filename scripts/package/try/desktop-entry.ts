/** A desktop's way of starting a program: `Exec` of its menu entry, as the desktop entry
 * specification has it. */

/** The value of a key of its first group. */
export function valueOf(entry: string, key: string): string {
  const line = entry.split('\n').find((one) => one.startsWith(`${key}=`));
  if (line === undefined) throw new Error(`The menu entry has no ${key}.`);
  return line.slice(key.length + 1);
}

/** Words of the command, with `files` where the entry has a field for them.
 * https://specifications.freedesktop.org/desktop-entry-spec/latest/exec-variables.html */
export function commandOf(entry: string, files: readonly string[]): readonly string[] {
  // First come the escapes that any value may have, then quotes.
  const exec = valueOf(entry, 'Exec').replaceAll('\\\\', '\\');
  const words: string[] = [];
  for (const [, quoted, bare = ''] of exec.matchAll(/"((?:\\.|[^"\\])*)"|([^\s"]+)/g)) {
    const word = quoted === undefined ? bare : quoted.replaceAll(/\\(.)/g, '$1');
    if (/^%[fFuU]$/.test(word)) words.push(...files);
    else words.push(word.replaceAll('%%', '%'));
  }
  return words;
}
