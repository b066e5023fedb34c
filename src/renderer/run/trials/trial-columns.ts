/** Columns of the trial table: how each is read, sorted and shown. */
import type { Trial } from '../../../core/records/trial.ts';
import type { RowFrame, SizedColumn } from '../../components/rows/use-column-widths.ts';
import { formatCount, formatDuration, formatMilliseconds, formatPercent } from '../../format.ts';
import type { Titles } from '../../words.ts';
import { configText, trialNumber, trialState, whyShort } from '../../words.ts';

interface ColumnLook {
  /** In pixels, until the person changes it. */
  readonly width: number;
  /** Takes the room that the others leave. */
  readonly grows?: boolean;
  /** So wide where there is room, before those that take the rest. */
  readonly most?: number;
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

const number = (width: number, text: (trial: Trial) => string): ColumnLook => ({ width, text, isNumber: true });

export function trialColumns(titles: Titles): readonly TrialColumn[] {
  return [
    column('number', '#', (trial) => trial.number, number(40, trialNumber)),
    column('state', 'State', (trial) => trial.state, {
      width: 82,
      text: (trial) => trialState(trial).label,
    }),
    column('family', 'Family', (trial) => trial.candidate.family, {
      width: 102,
      text: (trial) => titles.familyTitle(trial.candidate.family),
    }),
    column(
      'accuracy',
      'Accuracy',
      (trial) => trial.metrics['accuracy'],
      number(72, (trial) => formatPercent(trial.metrics['accuracy'], 2)),
    ),
    rare(
      'test',
      'Test',
      (trial) => trial.testAccuracy,
      number(60, (trial) => formatPercent(trial.testAccuracy, 2)),
    ),
    column(
      'params',
      'Params',
      (trial) => trial.params,
      number(60, (trial) => formatCount(trial.params)),
    ),
    column(
      'macs',
      'MACs',
      (trial) => trial.macs,
      number(60, (trial) => formatCount(trial.macs)),
    ),
    rare(
      'latency',
      'Latency',
      (trial) => trial.metrics['latencyMs'],
      number(78, (trial) => formatMilliseconds(trial.metrics['latencyMs'])),
    ),
    rare('predicted', 'Predicted', (trial) => trial.why.predicted?.mean, number(92, predictedText)),
    column('why', 'Why', (trial) => whyShort(trial.why), {
      width: 138,
      most: 176,
      text: (trial) => whyShort(trial.why),
      hint: (trial) => whyShort(trial.why),
    }),
    column(
      'seconds',
      'Time',
      (trial) => trial.seconds,
      number(84, (trial) => formatDuration(trial.seconds)),
    ),
    column('config', 'Configuration', (trial) => configText(trial.candidate, titles), {
      width: 132,
      grows: true,
      text: (trial) => trial.reason ?? configText(trial.candidate, titles),
      hint: (trial) => trial.reason ?? configText(trial.candidate, titles, '\n'),
    }),
  ];
}

/** A box to pin by stands before the columns. */
export const TRIAL_ROW: RowFrame = { before: 20, gap: 8, padding: 10 };

export const sizedColumn = ({ id, look }: TrialColumn): SizedColumn => ({
  ...{ id, width: look.width },
  ...(look.grows && { grows: true }),
  ...(look.most !== undefined && { most: look.most }),
});

function predictedText({ why: { predicted } }: Trial): string {
  if (!predicted) return '–';
  return `${formatPercent(predicted.mean)} ± ${(predicted.deviation * 100).toFixed(1)}`;
}

/** Those that say something of these trials. */
export function shownColumns(columns: readonly TrialColumn[], trials: readonly Trial[]): readonly TrialColumn[] {
  return columns.filter(({ isRare, value }) => !isRare || trials.some((trial) => value(trial) !== undefined));
}
