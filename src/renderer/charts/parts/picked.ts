/** Rings around the students that are picked and pinned, wherever a chart has them, and the
 * teacher's mark. */
import type { ScatterSeriesOption } from 'echarts';
import type { Theme } from '../../theme.ts';
import { TEACHER_SIZE, TEACHER_SYMBOL, chartColors } from '../chart.ts';

/** Ids of students. */
export interface PickedStudents {
  readonly selected?: string | undefined;
  readonly pinned?: readonly string[];
}

export interface RingPlace {
  readonly value: readonly [number, number];
  /** Of the ring, in pixels: somewhat more than the mark's. */
  readonly size: number;
}

/** `text`: of its tooltip. */
export function teacherMark(value: [number, number], text: string, theme: Theme): ScatterSeriesOption {
  return {
    ...{ type: 'scatter', id: 'teacher', name: 'Teacher', symbol: TEACHER_SYMBOL, symbolSize: TEACHER_SIZE },
    ...{ itemStyle: { color: chartColors(theme).teacher }, data: [{ value }], tooltip: { formatter: () => text } },
  };
}

/** `placesOf`: where a student stands; nowhere, once or several times. */
export function pickedSeries(
  { selected, pinned = [] }: PickedStudents,
  placesOf: (id: string) => readonly RingPlace[],
  theme: Theme,
): ScatterSeriesOption[] {
  const { text, accent } = chartColors(theme);
  const ids = [...new Set([...(selected === undefined ? [] : [selected]), ...pinned])];
  const data = ids.flatMap((id) =>
    placesOf(id).map(({ value, size }) => ({
      value: [...value],
      symbolSize: size,
      itemStyle: { color: 'transparent', borderColor: id === selected ? text : accent, borderWidth: 2 },
    })),
  );
  if (data.length === 0) return [];
  return [{ type: 'scatter', id: 'picked', symbol: 'circle', silent: true, z: 6, data }];
}
