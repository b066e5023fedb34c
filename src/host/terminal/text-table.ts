/** Tables and numbers as a terminal shows them. */
import { oneLine } from '../../bridge/words/control-characters.ts';

/** Lines of a table; every row has one cell a column. A title that begins with `>` has its column
 * stand to the right, as numbers do. The last column is not padded. */
export function textTable(columns: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const titles = columns.map((title) => title.replace(/^>/, ''));
  const lines = [titles, ...rows].map((cells) => cells.map(oneLine));
  const widths = columns.map((_column, index) => Math.max(...lines.map((line) => (line[index] ?? '').length)));
  return lines.map((line) =>
    columns
      .map((title, index) => {
        const cell = line[index] ?? '';
        return title.startsWith('>') ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0);
      })
      .join('  ')
      .trimEnd(),
  );
}

/** 950 -> "950", 12_340 -> "12.3 k", 1_400_000 -> "1.40 M": three digits and a unit. */
export function countText(count: number): string {
  // Rounded first: 999,999 are 1.00 M, not 1000 k.
  const rounded = Number(count.toPrecision(3));
  const step = [
    { from: 1e9, unit: 'G' },
    { from: 1e6, unit: 'M' },
    { from: 1e3, unit: 'k' },
  ].find(({ from }) => rounded >= from);
  return step ? `${(count / step.from).toPrecision(3)} ${step.unit}` : String(count);
}

/** 0.8934 -> "89.3 %"; what was not measured is a dash. */
export function percentText(share: number | undefined): string {
  if (share === undefined) return '-';
  return Number.isFinite(share) ? `${(100 * share).toFixed(1)} %` : String(share);
}

/** Rounded as people say it: "40 s", "3 min", "2 h 10 min". */
export function durationText(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'unknown';
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
