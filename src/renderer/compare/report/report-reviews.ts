/** What a report has of the predictions of networks, as their kind of data is reviewed. */
import type { DataKind } from '../../../core/data-kinds.ts';
import { atThreshold, rocOf } from '../../../core/roc.ts';
import { areaText } from '../../charts/roc.ts';
import { formatPercent } from '../../format.ts';
import { confusionOf } from '../../review/confusion.ts';
import type { ReportBlock } from './report.ts';
import { areaPairs } from '../roc-words.ts';
import type { Reviewed } from '../use-reviewed.ts';

interface ReportReview {
  /** Among what a network is left out of that has no predictions. */
  readonly sections: string;
  readonly blocks: (networks: readonly Reviewed[], classes: readonly string[]) => readonly ReportBlock[];
}

export const REPORT_REVIEWS: Readonly<Record<DataKind['review'], ReportReview>> = {
  confusion: {
    sections: 'confusion matrices',
    blocks: (networks, classes) => networks.flatMap((network) => confusionBlocks(network, classes)),
  },
  roc: { sections: 'ROC curves', blocks: rocBlocks },
};

function confusionBlocks({ title, view }: Reviewed, classes: readonly string[]): readonly ReportBlock[] {
  const { classes: size, counts } = confusionOf(view);
  const nameOf = (label: number): string => classes[label] ?? String(label);
  const labels = Array.from({ length: size }, (_, label) => label);
  return [
    { kind: 'heading', text: `Confusion matrix of ${title}` },
    {
      kind: 'table',
      columns: ['True class \\ said', ...labels.map(nameOf)],
      rows: labels.map((label) => [
        nameOf(label),
        ...labels.map((predicted) => String(counts[label * size + predicted] ?? 0)),
      ]),
    },
  ];
}

function rocBlocks(networks: readonly Reviewed[], classes: readonly string[]): readonly ReportBlock[] {
  if (networks.length === 0) return [];
  const [negative = '0', positive = '1'] = classes;
  return [
    { kind: 'heading', text: 'Area under the ROC curve' },
    {
      kind: 'table',
      columns: ['Network', 'Area, 95 % by DeLong', `Of "${positive}" called so at 0.5`, `Of "${negative}" called so`],
      rows: networks.map(({ title, view }) => {
        const roc = rocOf(view);
        const { truePositives, falsePositives } = atThreshold(roc, 0.5);
        return [title, areaText(roc), formatPercent(truePositives), formatPercent(1 - falsePositives)];
      }),
    },
    ...areaPairs(networks).map((text): ReportBlock => ({ kind: 'text', text })),
  ];
}
