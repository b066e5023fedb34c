/** Parts of the comparison that one can go to. */

export interface Section {
  readonly name: string;
  readonly title: string;
}

/** Of its element in the page. */
export const sectionId = (name: string): string => `compared-${name}`;

/** Which there are: some want students, some predictions of one network, some of two. */
export function comparedSections(has: {
  readonly students: number;
  readonly reviewed: number;
  readonly review: 'confusion' | 'roc';
}): readonly Section[] {
  return [
    { name: 'metrics', title: 'Metrics' },
    { name: 'agreement', title: 'Agreement' },
    ...(has.students > 0 ? [{ name: 'curves', title: 'Curves and configuration' }] : []),
    { name: 'architecture', title: 'Architecture' },
    { name: 'review', title: has.review === 'roc' ? 'ROC curves' : 'Confusion' },
    ...(has.reviewed > 1 ? [{ name: 'disagreement', title: 'Disagreement' }] : []),
    ...(has.reviewed > 0 ? [{ name: 'classes', title: 'Classes and calibration' }] : []),
    { name: 'measured', title: 'Latency and layers' },
  ];
}
