/** Every trust region's radius over the search, in lanes, with its successes, failures, moves and
 * end; the global arm on top. */
import type { SeriesOption } from 'echarts';
import type { RegionsAfter } from '../../core/strategies/followed.ts';
import type { Trial } from '../../core/records/trial.ts';
import { formatPlural } from '../format.ts';
import type { Theme } from '../theme.ts';
import { reachWords, regionTitle, roleOf, trialNumber, trialTitle } from '../words.ts';
import type { ChartTable, ChartView } from './chart.ts';
import { chartColors, familyMark, markOf } from './chart.ts';
import { countAxis, frame, tickLabels, yAxis } from './parts/frame.ts';
import { pickedSeries } from './parts/picked.ts';
import type { PickedStudents, RingPlace } from './parts/picked.ts';
import { regionHistory } from './region-lanes.ts';
import type { RegionEvent, RegionEventKind, RegionHistory, RegionLife } from './region-lanes.ts';
import { stairs } from './parts/stairs.ts';

export interface RegionsInput extends PickedStudents {
  /** After each result, in the order they came. */
  readonly moments: readonly RegionsAfter[];
  /** By number. */
  readonly trials: readonly Trial[];
  readonly budget: number;
  readonly familyTitle: (family: string) => string;
}

/** A lane is so high; a region fills it up to its radius, its name stands above, and its moves near
 * the floor. */
const LANE = 6;
/** Of the whole space; each halving of the dimensions that may differ is one less. */
const ALL_AT = 4;
const LABELS: readonly (readonly [number, string])[] = [
  [1, '1/8'],
  [2, '1/4'],
  [3, '1/2'],
  [ALL_AT, 'all'],
];
const NAME_AT = 5.2;
const MOVE_AT = 0.5;
/** Above the lanes: where the global arm's students stand. */
const GLOBAL_AT = 2;
/** Of the axis: a region that lived less has no room for its number. */
const NARROW = 0.035;

export const EVENTS = {
  opened: { title: 'Opened', mark: 0 },
  success: { title: 'Success', mark: 2 },
  failure: { title: 'Failure', mark: 4 },
  recentred: { title: 'Moved', mark: 7 },
  ended: { title: 'Ended', mark: 11 },
} as const satisfies Readonly<Record<RegionEventKind, { readonly title: string; readonly mark: number }>>;
/** What opens is said by its name. */
const MARKED = ['success', 'failure', 'recentred', 'ended'] as const;
const GLOBAL = 'Global arm';
const GLOBAL_MARK = 3;

/** What every part of the picture reads. */
interface Drawing extends RegionsInput, RegionHistory {
  readonly theme: Theme;
}

const lastResult = ({ budget, moments }: RegionsInput): number => Math.max(budget, moments.length);

export function regionsChart(input: RegionsInput, theme: Theme): ChartView {
  const base = frame(theme);
  const history = regionHistory(input.moments);
  const drawing: Drawing = { ...input, ...history, lanes: Math.max(1, history.lanes), theme };
  return {
    summary: summaryOf(drawing),
    table: tableOf(drawing),
    option: {
      ...base,
      legend: { ...base.legend, data: [...MARKED.map((kind) => EVENTS[kind].title), GLOBAL] },
      grid: { left: 64, right: 20, top: 34, bottom: 42 },
      xAxis: countAxis(theme, 'Results, in the order they came', lastResult(input) + 1, { showMaxLabel: false }),
      yAxis: yAxis(theme, {
        type: 'value',
        name: 'Radius in levels',
        min: 0,
        max: drawing.lanes * LANE + 2 * GLOBAL_AT,
        interval: 1,
        axisTick: { show: false },
        splitLine: { show: false },
        axisLabel: { ...tickLabels(theme, (value) => levelLabel(value, drawing.lanes)), hideOverlap: true },
      }),
      series: [
        ...drawing.lives.flatMap((life) => lifeSeries(life, drawing)),
        floorSeries(drawing),
        namesSeries(drawing),
        ...MARKED.map((kind) => eventSeries(kind, drawing)),
        globalSeries(drawing),
        ...pickedSeries(input, (id) => ringsOf(id, drawing), theme),
      ],
    },
  };
}

function levelLabel(value: number, lanes: number): string {
  const height = value % LANE;
  if (value >= lanes * LANE) return height === GLOBAL_AT ? 'global' : '';
  return LABELS.find(([at]) => at === height)?.[1] ?? '';
}

/** By octaves, down to an eighth. `radius`: so many of so many dimensions, `4/13`. */
function heightOf(radius: string): number {
  const [exchanges = NaN, dimensions = NaN] = radius.split('/').map(Number);
  return Math.max(1, ALL_AT + Math.log2(exchanges / dimensions));
}

/** The first lane lies uppermost, beneath the global arm's. */
const floorOf = ({ lane }: RegionLife, lanes: number): number => (lanes - 1 - lane) * LANE;

function lifeSeries(life: RegionLife, { moments, lanes, theme }: Drawing): SeriesOption[] {
  const { color } = familyMark(life.family, theme);
  const floor = floorOf(life, lanes);
  const end = life.ended ?? moments.length + 1;
  const last = life.radii.at(-1);
  const steps = last ? [...life.radii, { ...last, results: end }] : [];
  return stairs({
    ...{ id: `region-${life.id}`, step: 'end', symbol: 'none', silent: true, color, z: 2 },
    lineStyle: { color, width: 1.5 },
    areaStyle: { color, opacity: 0.22, origin: floor },
    data: steps.map(({ results, radius }) => [results, floor + heightOf(radius)]),
  });
}

/** A hairline under each lane. */
function floorSeries({ lanes, theme }: Drawing): SeriesOption {
  return {
    ...{ type: 'line', id: 'floors', silent: true, data: [] },
    markLine: {
      ...{ silent: true, symbol: 'none', label: { show: false } },
      lineStyle: { color: chartColors(theme).grid, type: 'solid', width: 1 },
      data: Array.from({ length: lanes }, (_, lane) => ({ yAxis: (lane + 1) * LANE })),
    },
  };
}

function namesSeries(drawing: Drawing): SeriesOption {
  const { lives, trials, moments, lanes, theme } = drawing;
  const colors = chartColors(theme);
  const least = NARROW * (lastResult(drawing) + 1);
  return {
    ...{ type: 'scatter', id: 'names', symbolSize: 9, z: 3 },
    label: { show: true, position: 'right', distance: 4, color: colors.text, fontSize: 11 },
    labelLayout: { hideOverlap: true },
    data: lives.map((life) => {
      const { color, symbol } = familyMark(life.family, theme);
      const start = life.radii[0]?.results ?? 0;
      return {
        value: namePlace(life, start, lanes),
        ...{ symbol, itemStyle: { color } },
        // The student whose result opened it.
        name: trials[moments[start - 1]?.trial ?? NaN]?.id ?? '',
        label: { show: (life.ended ?? Infinity) - start >= least, formatter: String(life.id) },
        tooltip: { formatter: () => lifeText(life, drawing) },
      };
    }),
  };
}

function eventSeries(kind: (typeof MARKED)[number], drawing: Drawing): SeriesOption {
  const { events, trials, lanes, theme } = drawing;
  const { title, mark } = EVENTS[kind];
  const { color, symbol } = markOf(mark, theme);
  return {
    ...{ type: 'scatter', id: kind, name: title, symbol, color, symbolSize: 8, z: kind === 'ended' ? 5 : 4 },
    data: events
      .filter((event) => event.kind === kind)
      .map((event) => ({
        name: trials[event.trial]?.id ?? '',
        value: placeOf(event, lanes),
        tooltip: { formatter: () => eventText(event, drawing) },
      })),
  };
}

const namePlace = (life: RegionLife, start: number, lanes: number): [number, number] => [
  start + 0.3,
  floorOf(life, lanes) + NAME_AT,
];

function placeOf({ kind, results, region, radius }: RegionEvent, lanes: number): [number, number] {
  if (kind === 'opened') return namePlace(region, results, lanes);
  return [results, floorOf(region, lanes) + (kind === 'recentred' ? MOVE_AT : heightOf(radius))];
}

/** Around all that a student's result did, and around its mark among the global arm's. */
function ringsOf(id: string, { events, moments, trials, lanes }: Drawing): readonly RingPlace[] {
  const isOf = (trial: number): boolean => trials[trial]?.id === id;
  const done = events.filter(({ trial }) => isOf(trial));
  const outside = moments.flatMap(({ trial }, index) =>
    isOf(trial) && roleOf(trials[trial]?.why) === 'global' ? [[index + 1, lanes * LANE + GLOBAL_AT] as const] : [],
  );
  return [...done.map((event) => placeOf(event, lanes)), ...outside].map((value) => ({ value, size: 17 }));
}

function globalSeries({ moments, trials, familyTitle, lanes, theme }: Drawing): SeriesOption {
  const { color, symbol } = markOf(GLOBAL_MARK, theme);
  return {
    ...{ type: 'scatter', id: 'global', name: GLOBAL, symbol, color, symbolSize: 9, z: 4 },
    data: moments.flatMap((moment, index) => {
      const trial = trials[moment.trial];
      if (!trial || roleOf(trial.why) !== 'global') return [];
      const text =
        `${trialTitle(trial)} · ${familyTitle(trial.candidate.family)}\nProposed by the global arm, ` +
        'outside all regions';
      return [{ name: trial.id, value: [index + 1, lanes * LANE + GLOBAL_AT], tooltip: { formatter: () => text } }];
    }),
  };
}

function lifeText(life: RegionLife, { events, familyTitle }: Drawing): string {
  const own = events.filter(({ region }) => region.id === life.id);
  const start = own[0];
  const span = life.ended === undefined ? 'still open' : `ended after result ${life.ended}`;
  const opened = start ? `Opened after result ${start.results} around student #${start.centre + 1}, ${span}` : span;
  return `${regionTitle(life.id)} · ${familyTitle(life.family)}\n${opened}\n${countsText(own)}`;
}

function countsText(events: readonly RegionEvent[]): string {
  const count = (kind: RegionEventKind): number => events.filter((event) => event.kind === kind).length;
  const moves = formatPlural(count('recentred'), 'move');
  return `${turnsText(count('success'), count('failure'))}, ${moves}`;
}

const turnsText = (successes: number, failures: number): string =>
  `${formatPlural(successes, 'success', 'successes')}, ${formatPlural(failures, 'failure')}`;

function eventText(event: RegionEvent, { familyTitle }: Drawing): string {
  const { region, kind, results, trial, centre, radius, successes, failures } = event;
  const outcome = `${EVENTS[kind].title} with result ${results}, student #${trial + 1}`;
  const state = `Around student #${centre + 1}, ${reachWords(radius)}`;
  const counts = `In a row: ${turnsText(successes, failures)}`;
  return `${regionTitle(region.id)} · ${familyTitle(region.family)}\n${outcome}\n${state}\n${counts}`;
}

function summaryOf({ moments, trials, lives, events }: Drawing): string {
  if (lives.length === 0) return 'No region has been opened yet.';
  const open = lives.filter(({ ended }) => ended === undefined).length;
  const outside = moments.filter(({ trial }) => roleOf(trials[trial]?.why) === 'global').length;
  return (
    `${formatPlural(lives.length, 'region')} so far, ${open} open: ${countsText(events)}; ` +
    `${formatPlural(outside, 'student')} by the global arm.`
  );
}

function tableOf({ trials, familyTitle, events }: Drawing): ChartTable {
  return {
    columns: [
      ...['Result', 'Student', 'Region', 'Family', 'What happened', 'Around student', 'Radius in levels'],
      ...['Successes in a row', 'Failures in a row'],
    ],
    rows: events.map(({ results, trial, region, kind, centre, radius, successes, failures }) => [
      String(results),
      trialNumber(trials[trial] ?? { number: trial }),
      String(region.id),
      familyTitle(region.family),
      EVENTS[kind].title,
      `#${centre + 1}`,
      radius,
      String(successes),
      String(failures),
    ]),
  };
}
