/** Tables of figures as Markdown. */

export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Four digits, which is what 10,000 images tell; empty where there is no number. */
export function fraction(value: number): string {
  return Number.isFinite(value) ? value.toFixed(4) : '';
}
