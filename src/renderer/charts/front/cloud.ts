/**
 * Students of a long run's front that nobody looks at one by one: dominated, neither picked nor
 * pinned nor brushed. They are drawn as clouds, a series for each look, and the rest as marks of
 * their own.
 */
import type { ScatterSeriesOption } from 'echarts';
import type { Theme } from '../../theme.ts';
import { chartColors, familyMark } from '../chart.ts';
import { CLOUD_FROM, cloudSeries } from '../parts/cloud.ts';
import { binnedColour } from '../parts/colour-scale.ts';
import type { FrontInput } from './input.ts';
import type { FrontPoint } from './points.ts';

export interface FrontClouds {
  readonly series: readonly ScatterSeriesOption[];
  /** By series, what its n-th point is. */
  readonly datumIds: ReadonlyMap<string, (index: number) => string | undefined>;
  /** The points that are in no cloud. */
  readonly rest: readonly FrontPoint[];
}

/** `opacityOf` and `tooltipText` are those of the marks. */
export function frontClouds(
  input: FrontInput,
  points: readonly FrontPoint[],
  theme: Theme,
  opacityOf: (point: FrontPoint) => number,
  tooltipText: (point: FrontPoint) => string,
): FrontClouds {
  if (points.length < CLOUD_FROM) return { series: [], datumIds: new Map(), rest: points };
  const pinned = new Set(input.pinned);
  const isPlain = ({ place, trial: { id } }: FrontPoint): boolean =>
    place !== 'front' && id !== input.selected && !pinned.has(id) && !(input.brushed?.has(id) ?? false);
  const trials = points.map(({ trial }) => trial);
  const colourOf = input.colour && binnedColour(input.colour, trials, theme);
  const lookOf = (point: FrontPoint): string => {
    const { family } = point.trial.candidate;
    const own = colourOf?.(point.trial) ?? familyMark(family, theme).color;
    return `${family} ${point.place === 'infeasible' ? chartColors(theme).faint : own} ${opacityOf(point)}`;
  };
  const clouds = [...Map.groupBy(points.filter(isPlain), lookOf)].map(([key, members]) => {
    const [family = '', color = ''] = key.split(' ');
    return {
      id: `cloud-${key}`,
      members,
      series: cloudSeries({
        ...{ id: `cloud-${key}`, name: input.titles.familyTitle(family), color },
        opacity: opacityOf(members[0] as FrontPoint), // a group has a member
        xs: Float64Array.from(members, ({ x }) => x),
        ys: Float64Array.from(members, ({ y }) => y),
        tooltip: (index) => (members[index] ? tooltipText(members[index]) : ''),
      }),
    };
  });
  return {
    series: clouds.map(({ series }) => series),
    datumIds: new Map(clouds.map(({ id, members }) => [id, (index: number) => members[index]?.trial.id])),
    rest: points.filter((point) => !isPlain(point)),
  };
}
