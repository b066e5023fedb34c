/**
 * Text as a terminal may get it. Names, reasons and quoted files are other people's words: a control character among them would
 * colour, overwrite or forge what we say, and a mark of writing direction would turn it round.
 */

/** C0, C1 and DEL, the marks of direction (Unicode's Bidi_Control), and the separators of lines and paragraphs. */
const CONTROL = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu;

const escaped = (mark: string): string => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Control characters as JSON writes them (`\u001b`); line breaks stay. What was treated already stays as it is. */
export function withoutControls(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(CONTROL, (mark) => (mark === '\n' ? mark : escaped(mark)));
}

/** The same on one line: for a cell of a table. */
export const oneLine = (text: string): string => withoutControls(text).replaceAll('\n', escaped('\n'));

/** For a line of ours: what follows a line break within is set in, so that nobody's words pass for the next line. */
export const terminalText = (text: string): string => withoutControls(text).replaceAll(/\n(?! )/g, '\n  ');

/** JSON for a terminal: the same value, and every control character by its number. */
export const terminalJson = (json: string): string => json.replace(CONTROL, escaped);
