/** A chart's table as comma-separated values (RFC 4180). */
import type { ChartTable } from './charts/chart.ts';

export function csvText({ columns, rows }: ChartTable): string {
  return [columns, ...rows].map((cells) => `${cells.map(quoted).join(',')}\r\n`).join('');
}

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
