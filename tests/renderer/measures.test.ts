/** Measures beside accuracy in tables, on axes and in the terminal: where a run has them, and only
 * there. */
import { describe, expect, test } from 'vitest';
import { trialRecord } from '../../src/cli/records.ts';
import type { Trial } from '../../src/core/records/trial.ts';
import { resultText } from '../../src/host/for-shells.ts';
import { IMAGE_NOUN } from '../../src/core/data-kinds.ts';
import { comparedStudent, rowsThere } from '../../src/renderer/compare/compared.ts';
import { shownColumns, trialColumns } from '../../src/renderer/run/trials/trial-columns.ts';
import { measureFacts, METRIC_SPECS, metricsThere } from '../../src/renderer/trial-metrics.ts';
import { metricTitle } from '../../src/renderer/words.ts';
import { resnetTeacher } from '../../src/core/arch/families/resnet.ts';
import { fixtureRun } from '../support/gallery/fixtures.ts';

const plain = fixtureRun({ id: 'm', name: 'M', state: 'finished', budget: 8, done: 8, seed: 2 });
const measured = plain.trials.map((trial): Trial => ({
  ...trial,
  metrics: { ...trial.metrics, auc: 0.71236, weightedAuc: 0.7 },
  testMeasures: { auc: 0.69 },
}));
const titles = { familyTitle: (name: string) => name, dimensionTitle: (_: string, name: string) => name };

describe('measures', () => {
  test('are columns and axes of runs that have them', () => {
    const titlesOf = (trials: readonly Trial[]): readonly string[] =>
      shownColumns(trialColumns(titles), trials).map(({ title }) => title);
    expect(titlesOf(measured)).toEqual(expect.arrayContaining(['AUC', 'Test AUC', 'Weighted AUC']));
    expect(metricsThere(measured)).toEqual(expect.arrayContaining(['auc', 'testAuc', 'weightedAuc']));
    // Catches an empty column, or an axis without a point, in every run of images.
    expect(titlesOf(plain.trials).filter((title) => /AUC|alanced/.test(title))).toEqual([]);
    expect(metricsThere(plain.trials).filter((metric) => /uc$|alanced/.test(metric))).toEqual([]);
    expect(titlesOf(measured)).not.toContain('Test weighted AUC');
  });

  test('are areas with four digits, and shares in percent', () => {
    expect(measureFacts(measured[0]!)).toEqual([
      ['Validation AUC', '0.7124'],
      ['Test AUC', '0.6900'],
      ['Validation weighted AUC', '0.7000'],
    ]);
    expect(METRIC_SPECS.balancedAccuracy.text(0.5)).toBe('50.00 %');
    expect(metricTitle('testBalancedAccuracy')).toBe('Test balanced accuracy (%)');
  });

  test('stand among the rows of a comparison, of the last epoch alone', () => {
    const read = {
      trial: measured[0]!,
      run: plain.run,
      graph: resnetTeacher([28, 28, 1], 10),
      epochs: [],
      checkpoints: [],
    };
    const row = (checkpoint?: 'best') => {
      const network = { kind: 'student', id: read.trial.id, ...(checkpoint && { checkpoint }) } as const;
      // By kind and epoch alone.
      const checkpoints = [{ kind: 'best', epoch: 2 }] as never;
      const one = comparedStudent({ ...read, checkpoints }, network, 'ResNet');
      return rowsThere([one], IMAGE_NOUN).flatMap(({ title, text, value }) =>
        /AUC/.test(title) ? [`${title} ${text(value(one))}`] : [],
      );
    };
    expect(row()).toEqual(['Validation AUC 0.7124', 'Test AUC 0.6900', 'Validation weighted AUC 0.7000']);
    expect(row('best')).toEqual([]);
  });

  test('are told in the terminal and in its records', () => {
    const run = { ...plain, trials: measured };
    // The run alone is read of its summary.
    const summary = { run: plain.run } as never;
    const [heading = '', , columns = ''] = resultText({ summary, trials: run.trials });
    expect(heading).toMatch(/^Front of/);
    expect(columns).toMatch(/validation +test +AUC +test +Weighted AUC +test +params/);
    expect(trialRecord(measured[0]!)).toMatchObject({ auc: 0.71236, weightedAuc: 0.7, testMeasures: { auc: 0.69 } });
    expect(Object.keys(trialRecord(plain.trials[0]!))).not.toContain('auc');
  });
});
