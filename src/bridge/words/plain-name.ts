/** Names for files and folders of what people call as they like. */

/** In small letters, digits and -, as every file system takes them; empty where the text has
 * none. */
export function plainName(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60);
}
