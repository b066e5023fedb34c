/** What every chart of the workbench is: a pure function from records to this. `EChart.vue` draws
 * it. */
import type { EChartsOption } from 'echarts';
import { studentFamilyNames } from '../../core/arch/families/registry.ts';
import type { Theme } from '../theme.ts';

/** The same numbers as rows of text, for who cannot or will not read the picture. */
export interface ChartTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface ChartView {
  /** Room around its plot in pixels, where one can look nearer at it. */
  readonly edges?: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
  readonly option: EChartsOption;
  /** What the picture says, in one or two sentences. */
  readonly summary: string;
  readonly table: ChartTable;
  /** By series: the id of its n-th datum, where a series of thousands has no names of its own. */
  readonly datumIds?: ReadonlyMap<string, (index: number) => string | undefined> | undefined;
}

const COLORS = {
  light: {
    text: '#1b2028',
    muted: '#5b6472',
    line: '#8a93a1',
    grid: '#e6e9ee',
    panel: '#ffffff',
    accent: '#1d5fbf',
    teacher: '#1b2028',
    faint: '#858d9b',
  },
  dark: {
    text: '#e6e9ee',
    muted: '#a3acba',
    line: '#6d7685',
    grid: '#2a2f38',
    panel: '#1a1d22',
    accent: '#6aa9f7',
    teacher: '#f4f6f9',
    faint: '#6d7685',
  },
} as const satisfies Readonly<Record<Theme, Readonly<Record<string, string>>>>;

export type ChartColors = Readonly<Record<keyof (typeof COLORS)['light'], string>>;

/** Okabe and Ito's colours, darkened or lightened until each stands 3:1 against its background, and
 * others as far from them. */
const SERIES = {
  light: [
    ...['#0072b2', '#c25500', '#00815e', '#a8478a', '#8a6d00', '#2f7fb8', '#5b6472', '#7a4fb5', '#6b3a2e'],
    ...['#c4213c', '#0f7f8a', '#1b2028', '#4b8b00'],
  ],
  dark: [
    ...['#56b4e9', '#f0a030', '#2fbf94', '#e08cbb', '#e6d84a', '#8fb8ff', '#a3acba', '#b79cf0', '#d0a088'],
    ...['#ff8a80', '#6fd6d9', '#f4f6f9', '#8fdc5a'],
  ],
} as const satisfies Readonly<Record<Theme, readonly string[]>>;

/** ECharts' own by name, others as paths in a box of 12: triangle upside down, cross, hexagon,
 * star, hourglass, ring, frame, saltire, house. */
const SYMBOLS = [
  ...(['circle', 'rect', 'triangle', 'diamond'] as const),
  'path://M1 1.5h10L6 11z',
  'path://M4 1h4v3h3v4H8v3H4V8H1V4h3z',
  'path://M3.3 1.2h5.4L11.5 6 8.7 10.8H3.3L.5 6z',
  'path://M6 .5l1.6 3.6 3.9 .4-2.9 2.6 .8 3.9L6 9 2.6 11l.8-3.9L.5 4.5l3.9-.4z',
  'path://M1 1h10L6 6l5 5H1l5-5z',
  'path://M6 .8a5.2 5.2 0 1 0 0 10.4A5.2 5.2 0 1 0 6 .8zM6 3.6a2.4 2.4 0 1 1 0 4.8A2.4 2.4 0 1 1 6 3.6z',
  'path://M1.2 1.2v9.6h9.6V1.2zM3.8 3.8h4.4v4.4H3.8z',
  'path://M3 .9L6 3.9 9 .9 11.1 3 8.1 6l3 3L9 11.1l-3-3-3 3L.9 9l3-3-3-3z',
  'path://M6 .8L11 5v6H1V5z',
] as const;

/** The teacher's, in every chart: a star with thin points, which no family has; in the same box. */
export const TEACHER_SYMBOL =
  'path://M6 .9L7.34 4.76h3.98L8.13 7.17 9.3 11.04 6 8.74 2.7 11.04 3.87 7.17 .68 4.76h3.98z';
export const TEACHER_SIZE = 16;

/** From low to high: the part of plasma (Smith and van der Walt 2015) that stands 3:1 against the
 * theme's background. */
const SCALES = {
  light: ['#0d0887', '#5c01a6', '#9c179e', '#cc4778', '#e16462'],
  dark: ['#c5408a', '#db5c68', '#f48849', '#febd2a', '#f0f921'],
} as const satisfies Readonly<Record<Theme, readonly string[]>>;

export function colourScale(theme: Theme): readonly string[] {
  return SCALES[theme];
}

export function chartColors(theme: Theme): ChartColors {
  return COLORS[theme];
}

export interface Mark {
  readonly color: string;
  readonly symbol: string;
}

/** Among categories: the n-th of them, or the teacher, which looks the same in every chart. */
export type MarkPlace = number | 'teacher';

/** One of several networks in a chart. */
export interface DrawnNetwork {
  readonly key: string;
  readonly title: string;
  /** Of its mark among all of them. */
  readonly place: MarkPlace;
}

/** Colour and symbol of a category: never colour alone. Once all colours are taken they come again
 * with other symbols. */
export function markOf(place: MarkPlace, theme: Theme): Mark {
  if (place === 'teacher') return { color: COLORS[theme].teacher, symbol: TEACHER_SYMBOL };
  const colors = SERIES[theme];
  const round = Math.floor(place / colors.length);
  const at = place - round * colors.length;
  const other = (((at + round) % SYMBOLS.length) + SYMBOLS.length) % SYMBOLS.length;
  return { color: colors[at] ?? colors[0], symbol: SYMBOLS[other] ?? 'circle' };
}

/** Families keep their mark in every chart, in the order of the registry; one that is no longer
 * there comes last. */
export function familyMark(family: string, theme: Theme): Mark {
  const names: readonly string[] = studentFamilyNames();
  const known = names.indexOf(family);
  return markOf(known >= 0 ? known : names.length, theme);
}
