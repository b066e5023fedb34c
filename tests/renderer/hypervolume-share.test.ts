import { describe, expect, test } from 'vitest';
import { hypervolume } from '../../src/core/geometry/hypervolume.ts';
import {
  formatHypervolume,
  hypervolumeTitle,
  hypervolumeWords,
  referenceBox,
} from '../../src/renderer/hypervolume-share.ts';
import type { SearchConfig } from '../../src/core/records/run.ts';

const OBJECTIVES = {
  accuracy: { metric: 'accuracy', goal: 'maximize', known: false },
  params: { metric: 'params', goal: 'minimize', known: true },
  macs: { metric: 'macs', goal: 'minimize', known: true },
} as const;
const two = {
  objectives: [OBJECTIVES.accuracy, OBJECTIVES.params],
  reference: { accuracy: 0.5, params: 100_000, macs: 2_000_000 },
};
const three = { ...two, objectives: [...two.objectives, OBJECTIVES.macs] };

describe('the hypervolume as a share of its box', () => {
  test.each([two, three, { ...two, objectives: [OBJECTIVES.accuracy] }])(
    'a perfect student that costs nothing fills the box, whatever the objectives',
    (scored) => {
      const ideal = { accuracy: 1, params: 0, macs: 0 };
      const volume = hypervolume([ideal], scored.objectives, scored.reference);
      expect(referenceBox(scored)).toBeCloseTo(volume, 6);
      expect(formatHypervolume(volume, scored)).toBe('100.0 %');
    },
  );

  test('half of each edge is a quarter of the box', () => {
    const volume = hypervolume([{ accuracy: 0.75, params: 50_000 }], two.objectives, two.reference);
    expect(hypervolumeWords(volume, two)).toBe('25.0 % of the reference box');
    expect(hypervolumeTitle(volume, two)).toBe(
      'The front covers 25.0 % of the reference box: accuracy from 50 % to 100 %, parameters from 100 k to 0. ' +
        'Hypervolume 12,500 (accuracy × parameters).',
    );
  });

  test('without a reference, with an empty edge or an unknown metric it stays a number, thousands apart', () => {
    const latency = { metric: 'energyJ', goal: 'minimize', known: false } as const;
    const unknown: readonly Pick<SearchConfig, 'objectives' | 'reference'>[] = [
      { ...two, reference: { accuracy: 0.5 } },
      { ...two, reference: { accuracy: 1, params: 100_000 } },
      { objectives: [OBJECTIVES.accuracy, latency], reference: { accuracy: 0.5, energyJ: 10 } },
      { objectives: [], reference: {} },
    ];
    for (const scored of unknown) {
      expect(referenceBox(scored)).toBeUndefined();
      expect(hypervolumeWords(37_620.4, scored)).toBe('37,620');
    }
    expect(hypervolumeTitle(0.12345, unknown[2]!)).toBe('Hypervolume 0.1235 (accuracy × energyJ)'); // four are above
  });
});
