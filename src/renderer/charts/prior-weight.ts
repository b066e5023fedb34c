/** How much the earlier results counted in each prediction: their weight, 0 where they were left
 * out. */
import type { Trial } from '../../core/records/trial.ts';
import { digits, formatPlural } from '../format.ts';
import type { Theme } from '../theme.ts';
import { trialNumber, trialTitle } from '../words.ts';
import type { ChartView } from './chart.ts';
import { chartColors } from './chart.ts';
import { frame, searchAxis, yAxis } from './parts/frame.ts';
import { pickedSeries } from './parts/picked.ts';
import type { PickedStudents } from './parts/picked.ts';
import { stairs } from './parts/stairs.ts';

export interface PriorWeightInput extends PickedStudents {
  readonly trials: readonly Trial[];
  readonly budget: number;
}

export function priorWeightChart({ trials, budget, ...picked }: PriorWeightInput, theme: Theme): ChartView {
  const colors = chartColors(theme);
  const base = frame(theme);
  const weighed = trials.flatMap((trial) => {
    const weight = trial.why.priorWeight;
    return weight === undefined ? [] : [{ trial, weight }];
  });
  const kept = weighed.filter(({ weight }) => weight !== 0).length;
  return {
    summary:
      weighed.length === 0
        ? 'No prediction has been made yet.'
        : `Earlier results entered ${kept} of ${formatPlural(weighed.length, 'prediction')}, ` +
          'the last with a weight of ' +
          `${digits(weighed.at(-1)?.weight ?? 0, 2)}.`,
    table: {
      columns: ['Student', 'Weight of earlier results'],
      rows: weighed.map(({ trial, weight }) => [trialNumber(trial), weight === 0 ? 'left out' : digits(weight, 3)]),
    },
    option: {
      ...base,
      legend: { show: false },
      grid: { left: 46, right: 20, top: 12, bottom: 42 },
      xAxis: searchAxis(theme, Math.max(budget, trials.length)),
      yAxis: yAxis(theme, { type: 'value', name: 'Weight', nameGap: 32, min: lowOf(weighed.map((one) => one.weight)) }),
      series: [
        ...stairs({
          ...{ id: 'weight', step: 'middle', symbol: 'circle', color: colors.accent },
          symbolSize: weighed.length > 60 ? 0 : 6,
          lineStyle: { color: colors.accent, width: 2 },
          data: weighed.map(({ trial, weight }) => ({
            name: trial.id,
            value: [trial.number + 1, weight],
            tooltip: {
              formatter: () =>
                `${trialTitle(trial)}\n${weight === 0 ? 'Earlier results left out' : `Weight ${digits(weight, 3)}`}`,
            },
          })),
        }),
        ...pickedSeries(
          picked,
          (id) =>
            weighed
              .filter(({ trial }) => trial.id === id)
              .map(({ trial, weight }) => ({ value: [trial.number + 1, weight], size: 14 })),
          theme,
        ),
      ],
    },
  };
}

/** From nothing on; a weight may be less than that. */
const lowOf = (weights: readonly number[]): number => Math.min(0, ...weights.map((weight) => Math.floor(weight)));
