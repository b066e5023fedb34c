/** The front over many runs: accuracy against a cost, every finished student of runs on the same
 * data. */
import type { EChartsOption, ScatterSeriesOption } from 'echarts';
import type { FrontPointsView } from '../../../bridge/schemas/front.ts';
import type { Noun } from '../../../core/data-kinds.ts';
import { kneePoint, planeFront } from '../../../core/geometry/pareto-front.ts';
import { formatCount, formatExact, formatPercent, formatPlural } from '../../format.ts';
import type { Theme } from '../../theme.ts';
import type { Titles } from '../../words.ts';
import { metricTitle } from '../../words.ts';
import { extentOf, logRange, shareRange } from '../parts/axis-range.ts';
import type { ChartView } from '../chart.ts';
import { chartColors, familyMark } from '../chart.ts';
import { cloudSeries } from '../parts/cloud.ts';
import { frame, tickLabels, xAxis, yAxis } from '../parts/frame.ts';
import { pickedSeries, teacherMark } from '../parts/picked.ts';
import type { PickedStudents, RingPlace } from '../parts/picked.ts';
import { stairs } from '../parts/stairs.ts';

export type KnownCost = 'params' | 'macs';

export interface AllFrontInput extends PickedStudents {
  readonly points: FrontPointsView;
  readonly cost: KnownCost;
  readonly titles: Titles;
  /** What costs are of; images when absent. */
  readonly noun?: Noun;
  /** Where all runs have the same. */
  readonly teacher?: { readonly title: string; readonly accuracy: number | undefined } & Readonly<
    Partial<Record<KnownCost, number | undefined>>
  >;
}

/** One student of a run, read out of the columns. */
export interface FrontStudent {
  readonly id: string;
  readonly run: FrontPointsView['runs'][number];
  readonly family: string;
  readonly accuracy: number;
  readonly params: number;
  readonly macs: number;
}

/** Undefined where the columns have no such row. */
export function studentAt(points: FrontPointsView, index: number): FrontStudent | undefined {
  const [id, run] = [points.ids[index], points.runs[points.run[index] ?? NaN]];
  const [accuracy, params, macs] = [points.accuracy[index], points.params[index], points.macs[index]];
  const family = points.families[points.family[index] ?? NaN];
  if (!id || !run || !family || accuracy === undefined || params === undefined || macs === undefined) return undefined;
  return { id, run, family, accuracy, params, macs };
}

/** Indices of the students on the front, by rising cost. */
export function frontIndices(points: FrontPointsView, cost: KnownCost): readonly number[] {
  return planeFront(points[cost], points.accuracy);
}

/** `front` as of `frontIndices`, which whoever steps along it has anyway. */
export function allFrontChart(input: AllFrontInput, front: readonly number[], theme: Theme): ChartView {
  const students = front.flatMap((index) => studentAt(input.points, index) ?? []);
  const knee = kneeOf(students, input.cost);
  return {
    option: optionOf(input, students, knee, theme),
    summary: summaryOf(input, students, knee),
    table: {
      columns: ['Student', 'Run', 'Family', metricTitle('accuracy'), metricTitle(input.cost, input.noun), 'Place'],
      rows: students.map((student) => [
        student.id,
        student.run.name,
        input.titles.familyTitle(student.family),
        formatPercent(student.accuracy, 2),
        formatExact(student[input.cost]),
        student === knee ? 'front, knee' : 'front',
      ]),
    },
  };
}

function kneeOf(students: readonly FrontStudent[], cost: KnownCost): FrontStudent | undefined {
  const metrics = students.map(({ accuracy, params, macs }) => ({ accuracy, params, macs }));
  const place = kneePoint(metrics, [
    { metric: 'accuracy', goal: 'maximize', known: false },
    { metric: cost, goal: 'minimize', known: true },
  ]);
  return students[place ?? -1];
}

function optionOf(
  input: AllFrontInput,
  front: readonly FrontStudent[],
  knee: FrontStudent | undefined,
  theme: Theme,
): EChartsOption {
  const { points, cost } = input;
  const teacher = teacherPlace(input);
  const colors = chartColors(theme);
  const base = frame(theme);
  const onFront = new Set(front.map(({ id }) => id));
  return {
    ...base,
    xAxis: xAxis(theme, {
      type: 'log',
      name: `${metricTitle(cost, input.noun)} (log scale)`,
      ...logRange([...extentOf(points[cost]), ...(teacher ? [teacher.cost] : [])]),
      axisLabel: tickLabels(theme, formatCount),
      axisPointer: { show: false },
    }),
    yAxis: yAxis(theme, {
      type: 'value',
      name: metricTitle('accuracy'),
      ...shareRange([...extentOf(points.accuracy), ...(teacher ? [teacher.accuracy] : [])]),
      axisLabel: tickLabels(theme, (value) => (value * 100).toFixed(0)),
    }),
    series: [
      ...stairs({
        ...{ id: 'staircase', name: 'Front', step: 'end', symbol: 'none', silent: true, z: 3 },
        data: front.map((student) => [student[cost], student.accuracy]),
        color: colors.accent,
        lineStyle: { color: colors.accent, width: 1.5 },
        tooltip: { show: false },
      }),
      // Before the clouds of the same names: the legend shows their marks.
      ...marksOf(input, front, knee, theme),
      ...cloudsOf(input, theme),
      ...pickedOf(input, onFront, theme),
      ...(teacher ? [teacherSeries(input, teacher, theme)] : []),
    ],
  };
}

const cloudId = (family: string): string => `cloud-${family}`;

/** Rows of each family's cloud. */
function rowsByFamily(points: FrontPointsView): readonly (readonly number[])[] {
  const rows = points.families.map((): number[] => []);
  points.family.forEach((family, index) => rows[family]?.push(index));
  return rows;
}

function cloudsOf(input: AllFrontInput, theme: Theme): ScatterSeriesOption[] {
  const { points, cost, titles } = input;
  return rowsByFamily(points).map((rows, place) => {
    const family = points.families[place] ?? '';
    return cloudSeries({
      id: cloudId(family),
      name: titles.familyTitle(family),
      color: familyMark(family, theme).color,
      opacity: 0.55,
      xs: Float64Array.from(rows, (row) => points[cost][row] ?? NaN),
      ys: Float64Array.from(rows, (row) => points.accuracy[row] ?? NaN),
      tooltip: (index) => tooltipText(input, studentAt(points, rows[index] ?? NaN), ''),
    });
  });
}

/** What a click on the n-th point of a series means: clouds have no names of their own. */
export function cloudIds(points: FrontPointsView): ReadonlyMap<string, (index: number) => string | undefined> {
  const rows = rowsByFamily(points);
  return new Map(
    points.families.map((family, place) => [
      cloudId(family),
      (index: number): string | undefined => points.ids[rows[place]?.[index] ?? NaN],
    ]),
  );
}

function marksOf(
  input: AllFrontInput,
  front: readonly FrontStudent[],
  knee: FrontStudent | undefined,
  theme: Theme,
): ScatterSeriesOption[] {
  const colors = chartColors(theme);
  return input.points.families.map((family) => {
    const mark = familyMark(family, theme);
    return {
      ...{ type: 'scatter', id: `front-${family}`, name: input.titles.familyTitle(family), symbol: mark.symbol, z: 5 },
      ...{ symbolSize: 12, itemStyle: { color: mark.color, borderColor: colors.panel, borderWidth: 1 } },
      data: front
        .filter((student) => student.family === family)
        .map((student) => ({
          ...{ id: student.id, name: student.id, value: [student[input.cost], student.accuracy] },
          label: {
            ...{ show: student === knee, formatter: 'knee', position: 'bottom' as const, distance: 6 },
            // Over a cloud words need a ground of their own.
            ...{ color: colors.text, fontSize: 11, textBorderColor: colors.panel, textBorderWidth: 3 },
          },
          tooltip: {
            formatter: () => tooltipText(input, student, student === knee ? 'on the front, its knee' : 'on the front'),
          },
        })),
    };
  });
}

/** On the front or in a cloud. */
function pickedOf(input: AllFrontInput, onFront: ReadonlySet<string>, theme: Theme): ScatterSeriesOption[] {
  const { points, cost } = input;
  const placesOf = (id: string): readonly RingPlace[] => {
    const student = studentAt(points, points.ids.indexOf(id));
    return student ? [{ value: [student[cost], student.accuracy], size: onFront.has(id) ? 20 : 12 }] : [];
  };
  return pickedSeries(input, placesOf, theme);
}

interface TeacherPlace {
  readonly cost: number;
  readonly accuracy: number;
}

/** Absent where its cost is not known. */
function teacherPlace({ teacher, cost }: AllFrontInput): TeacherPlace | undefined {
  const value = teacher?.[cost];
  const accuracy = teacher?.accuracy;
  return accuracy === undefined || value === undefined ? undefined : { cost: value, accuracy };
}

function teacherSeries(input: AllFrontInput, { cost, accuracy }: TeacherPlace, theme: Theme): ScatterSeriesOption {
  const numbers = `${formatPercent(accuracy)} validation · ${formatCount(cost)} ${metricTitle(input.cost, input.noun)}`;
  return { ...teacherMark([cost, accuracy], `${input.teacher?.title ?? ''}\n${numbers}`, theme), z: 4 };
}

function tooltipText(input: AllFrontInput, student: FrontStudent | undefined, standing: string): string {
  if (!student) return '';
  const { run, family, accuracy, params, macs } = student;
  return [
    `${input.titles.familyTitle(family)}${standing === '' ? '' : ` · ${standing}`}`,
    run.name,
    `${formatPercent(accuracy, 2)} validation · ${formatCount(params)} params · ${formatCount(macs)} MACs`,
  ].join('\n');
}

function summaryOf(
  { points, cost }: AllFrontInput,
  front: readonly FrontStudent[],
  knee: FrontStudent | undefined,
): string {
  if (front.length === 0) return 'No student of these runs has a measured accuracy.';
  const at = (student: FrontStudent): string =>
    `${formatPercent(student.accuracy)} at ${formatCount(student[cost])} ${cost === 'macs' ? 'MACs' : 'parameters'}`;
  const [first, last] = [front[0], front.at(-1)];
  const range = first && last && first !== last ? `, from ${at(first)} to ${at(last)}` : first ? `: ${at(first)}` : '';
  const whose = formatPlural(new Set(front.map(({ run }) => run.id)).size, 'run');
  return (
    `${formatPlural(front.length, 'student')} of ${formatExact(points.ids.length)} on the front, from ` +
    `${whose}${range}${knee ? `; knee at ${at(knee)}` : ''}.`
  );
}
