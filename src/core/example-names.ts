/** Where each example of a split lay in what was imported, as it stands in a file beside labels:
 * unpacked JSON, a list of paths with `/` between folders, `[count]`. */

const MOST_CHARACTERS = 4096;
/** Of one name, with all that JSON puts around it. */
const MOST_BYTES = 4 * MOST_CHARACTERS;

export const namesText = (names: readonly string[]): string => JSON.stringify(names);

/** That unpacked names of so many examples may come to. */
export const namesBytes = (count: number): number => Math.min(2 ** 30, 2 + count * MOST_BYTES);

/** What stands in `text`, or what is wrong with it, in words. */
export function namesIn(text: string, count: number): readonly string[] | string {
  let names: unknown;
  try {
    names = JSON.parse(text);
  } catch {
    return 'it is not JSON';
  }
  if (!Array.isArray(names) || !names.every(isName)) return 'it is no list of names';
  return names.length === count ? names : `it has ${names.length} names for ${count} examples`;
}

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= MOST_CHARACTERS;
