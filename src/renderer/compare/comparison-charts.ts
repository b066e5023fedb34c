/** The charts of a comparison, for the view and for its report. */
import type { ChartView } from '../charts/chart.ts';
import { curvesChart } from '../charts/curves.ts';
import { perClassChart } from '../charts/per-class.ts';
import { reliabilityChart } from '../charts/reliability.ts';
import { calibrationOf } from '../review/calibration.ts';
import { confusionOf } from '../review/confusion.ts';
import type { Theme } from '../theme.ts';
import type { Compared } from './compared.ts';
import type { Reviewed } from './use-reviewed.ts';

/** One curve for each student, whatever epochs of it are compared. */
export function comparedCurves(students: readonly Compared[], teacher: Compared | undefined, theme: Theme): ChartView {
  const curves = students.filter(
    ({ network }, place) => students.findIndex((other) => other.network.id === network.id) === place,
  );
  return curvesChart(
    {
      curves: curves.map(({ network, title, student }) => ({
        ...{ id: network.id, points: student?.epochs ?? [] },
        title: title.replace(/, epoch \d+$/, ''),
      })),
      ...{ metric: 'validationAccuracy', smoothing: 0 },
      ...(teacher?.accuracy !== undefined && { teacherAccuracy: teacher.accuracy }),
    },
    theme,
  );
}

export function comparedClasses(reviewed: readonly Reviewed[], classes: readonly string[], theme: Theme): ChartView {
  const networks = reviewed.map((one) => ({ ...one, confusion: confusionOf(one.view) }));
  return perClassChart(networks, classes, theme);
}

export function comparedCalibration(reviewed: readonly Reviewed[], theme: Theme): ChartView {
  const networks = reviewed.map((one) => ({ ...one, calibration: calibrationOf(one.view) }));
  return reliabilityChart(networks, theme);
}
