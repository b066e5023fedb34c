/** What predictions are reviewed by, as a kind of data asks: of one network, of several side by
 * side, and as charts of a report. A new way is a line here and one among those of reports. */
import type { Component } from 'vue';
import type { DataKind, Noun } from '../../core/data-kinds.ts';
import type { ChartView } from '../charts/chart.ts';
import ConfusionPanel from '../review/ConfusionPanel.vue';
import RocPanel from '../review/RocPanel.vue';
import type { Theme } from '../theme.ts';
import ComparedConfusions from './ComparedConfusions.vue';
import ComparedRocs from './ComparedRocs.vue';
import { comparedRocs } from './comparison-charts.ts';
import type { Reviewed } from './use-reviewed.ts';

interface Review {
  readonly one: Component;
  readonly compared: Component;
  readonly charts: (
    networks: readonly Reviewed[],
    classes: readonly string[],
    theme: Theme,
    noun: Noun,
  ) => readonly { readonly title: string; readonly view: ChartView }[];
}

export const REVIEWS: Readonly<Record<DataKind['review'], Review>> = {
  // In a report matrices are tables.
  confusion: { one: ConfusionPanel, compared: ComparedConfusions, charts: () => [] },
  roc: {
    ...{ one: RocPanel, compared: ComparedRocs },
    charts: (...drawn) => [{ title: 'ROC curves', view: comparedRocs(...drawn) }],
  },
};
