/** The charts of a comparison, for the view and for its report. */
import { rocOf } from '../../core/roc.ts';
import { rocChart } from '../charts/roc.ts';
import type { Noun } from '../../core/data-kinds.ts';
import type { ChartView } from '../charts/chart.ts';
import { curvesChart } from '../charts/curves.ts';
import { perClassChart } from '../charts/per-class.ts';
import { reliabilityChart } from '../charts/reliability.ts';
import { calibrationOf } from '../review/calibration.ts';
import { confusionOf } from '../review/confusion.ts';
import type { Theme } from '../theme.ts';
import type { Compared, Marked } from './compared.ts';
import { distinctStudents } from './compared.ts';
import type { Reviewed } from './use-reviewed.ts';

/** Of everything that is compared: one curve for each student, whatever epochs of it are, and a
 * line for its teacher. */
export function comparedCurves(all: readonly Marked[], teacher: Compared | undefined, theme: Theme): ChartView {
  return curvesChart(
    {
      curves: distinctStudents(all).map(({ network, title, student, place }) => ({
        ...{ id: network.id, points: student?.epochs ?? [], place },
        title: title.replace(/, epoch \d+$/, ''),
      })),
      ...{ metric: 'validationAccuracy', smoothing: 0 },
      ...(teacher?.accuracy !== undefined && { teacherAccuracy: teacher.accuracy }),
    },
    theme,
  );
}

export const withConfusion = (reviewed: readonly Reviewed[]) =>
  reviewed.map((one) => ({ ...one, confusion: confusionOf(one.view) }));

export function comparedClasses(
  reviewed: readonly Reviewed[],
  classes: readonly string[],
  theme: Theme,
  noun?: Noun,
): ChartView {
  return perClassChart(withConfusion(reviewed), classes, theme, noun);
}

export function comparedCalibration(reviewed: readonly Reviewed[], theme: Theme, noun?: Noun): ChartView {
  const networks = reviewed.map((one) => ({ ...one, calibration: calibrationOf(one.view) }));
  return reliabilityChart(networks, theme, noun);
}

export function comparedRocs(
  reviewed: readonly Reviewed[],
  classes: readonly string[],
  theme: Theme,
  noun?: Noun,
): ChartView {
  const networks = reviewed.map((one) => ({ ...one, roc: rocOf(one.view) }));
  return rocChart(networks, { classes, threshold: 0.5, ...(noun && { noun }) }, theme);
}
