/** Columns of the trial table: how each is read, sorted and shown. */
import type { Trial } from '../../core/trial.ts';
import { formatCount, formatDuration, formatMilliseconds, formatPercent } from '../format.ts';
import type { Titles } from '../words.ts';
import { configText, TRIAL_STATES, trialNumber, whyShort } from '../words.ts';

interface ColumnLook {
  readonly width: string;
  readonly isNumber?: boolean;
  readonly text: (trial: Trial) => string;
  /** Its tooltip, where the cell may be too narrow. */
  readonly hint?: (trial: Trial) => string;
}

export interface TrialColumn {
  readonly id: string;
  readonly title: string;
  readonly look: ColumnLook;
  /** Left out while no trial has a value: room is scarce beside the configuration. */
  readonly isRare?: boolean;
  /** What one sorts by; undefined where a trial has none. */
  readonly value: (trial: Trial) => number | string | undefined;
}

function column(id: string, title: string, value: TrialColumn['value'], look: ColumnLook): TrialColumn {
  return { id, title, value, look };
}

const rare = (...of: Parameters<typeof column>): TrialColumn => ({ ...column(...of), isRare: true });

const number = (width: string, text: (trial: Trial) => string): ColumnLook => ({ width, text, isNumber: true });

export function trialColumns(titles: Titles): readonly TrialColumn[] {
  return [
    column('number', '#', (trial) => trial.number, number('42px', trialNumber)),
    column('state', 'State', (trial) => trial.state, {
      width: '92px',
      text: (trial) => TRIAL_STATES[trial.state].label,
    }),
    column('family', 'Family', (trial) => trial.candidate.family, {
      width: '104px',
      text: (trial) => titles.familyTitle(trial.candidate.family),
    }),
    column(
      'accuracy',
      'Accuracy',
      (trial) => trial.metrics['accuracy'],
      number('72px', (trial) => formatPercent(trial.metrics['accuracy'], 2)),
    ),
    rare(
      'test',
      'Test',
      (trial) => trial.testAccuracy,
      number('66px', (trial) => formatPercent(trial.testAccuracy, 2)),
    ),
    column(
      'params',
      'Params',
      (trial) => trial.params,
      number('66px', (trial) => formatCount(trial.params)),
    ),
    column(
      'macs',
      'MACs',
      (trial) => trial.macs,
      number('66px', (trial) => formatCount(trial.macs)),
    ),
    rare(
      'latency',
      'Latency',
      (trial) => trial.metrics['latencyMs'],
      number('78px', (trial) => formatMilliseconds(trial.metrics['latencyMs'])),
    ),
    rare('predicted', 'Predicted', (trial) => trial.why.predicted?.mean, number('98px', predictedText)),
    column('why', 'Why', (trial) => whyShort(trial.why), {
      width: 'minmax(90px, 136px)',
      text: (trial) => whyShort(trial.why),
      hint: (trial) => whyShort(trial.why),
    }),
    column(
      'seconds',
      'Time',
      (trial) => trial.seconds,
      number('72px', (trial) => formatDuration(trial.seconds)),
    ),
    column('config', 'Configuration', (trial) => configText(trial.candidate, titles), {
      width: 'minmax(56px, 1fr)',
      text: (trial) => trial.reason ?? configText(trial.candidate, titles),
      hint: (trial) => trial.reason ?? configText(trial.candidate, titles, '\n'),
    }),
  ];
}

function predictedText({ why: { predicted } }: Trial): string {
  if (!predicted) return '–';
  return `${formatPercent(predicted.mean)} ± ${(predicted.deviation * 100).toFixed(1)}`;
}

/** Those that say something of these trials. */
export function shownColumns(columns: readonly TrialColumn[], trials: readonly Trial[]): readonly TrialColumn[] {
  return columns.filter(({ isRare, value }) => !isRare || trials.some((trial) => value(trial) !== undefined));
}
