/**
 * Control characters in other people's words (names, notes, quoted files): where such words are
 * shown, each is seen and does nothing. One would colour, overwrite or forge what stands around it,
 * and a mark of direction would turn that round.
 */

/** C0, C1 and DEL, the marks of direction (Unicode's Bidi_Control), and the separators of lines and
 * paragraphs. */
const CONTROL = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu;

/** As JSON writes one: `\u001b`. */
const written = (mark: string): string => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Line breaks stay, as `\n` alone. What was treated already stays as it is. */
export function withoutControls(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(CONTROL, (mark) => (mark === '\n' ? mark : written(mark)));
}

/** Line breaks too. */
export const oneLine = (text: string): string => withoutControls(text).replaceAll('\n', written('\n'));

/** The same value, its texts without a control character as itself. */
export const plainJson = (json: string): string => json.replace(CONTROL, written);
