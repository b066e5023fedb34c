/** How wide a text of a table is, in pixels, as the page writes it. */

/** Where nothing is drawn: about a letter of the page's size. */
const LETTER = 7.5;

export function textMeasure(): (text: string) => number {
  const context = typeof document === 'undefined' ? null : document.createElement('canvas').getContext('2d');
  if (context === null) return (text) => LETTER * text.length;
  const { fontSize, fontFamily } = getComputedStyle(document.body);
  context.font = `${fontSize} ${fontFamily}`;
  const known = new Map<string, number>();
  return (text) => {
    const width = known.get(text) ?? context.measureText(text).width;
    known.set(text, width);
    return width;
  };
}
