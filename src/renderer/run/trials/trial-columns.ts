/** Columns of the trial table: how each is read, sorted and shown. */
import { MEASURE_NAMES, MEASURE_WORDS } from '../../../core/measures.ts';
import type { MeasureName } from '../../../core/measures.ts';
import type { Trial } from '../../../core/records/trial.ts';
import type { RowFrame, SizedColumn } from '../../components/rows/use-column-widths.ts';
import { formatCount, formatDuration, formatMilliseconds, formatPercent } from '../../format.ts';
import type { Titles } from '../../words.ts';
import { configText, faultText, trialNumber, trialState, whyShort } from '../../words.ts';

export interface TrialColumn extends SizedColumn {
  readonly title: string;
  /** What one sorts by; undefined where a trial has none. */
  readonly value: (trial: Trial) => number | string | undefined;
  readonly text: (trial: Trial) => string;
  readonly isNumber?: boolean;
  /** Its tooltip, where the cell may be too narrow. */
  readonly hint?: (trial: Trial) => string;
  /** Left out while no trial has a value: room is scarce beside the configuration. */
  readonly isRare?: boolean;
}

function number(
  id: string,
  title: string,
  width: number,
  value: (trial: Trial) => number | undefined,
  written: (value: number | undefined) => string,
): TrialColumn {
  return { id, title, width, isNumber: true, value, text: (trial) => written(value(trial)) };
}

const rare = (column: TrialColumn): TrialColumn => ({ ...column, isRare: true });

export function trialColumns(titles: Titles): readonly TrialColumn[] {
  const familyOf = ({ candidate }: Trial): string => titles.familyTitle(candidate.family);
  const whyOf = ({ why }: Trial): string => whyShort(why);
  return [
    { ...number('number', '#', 40, (trial) => trial.number, String), text: trialNumber },
    { id: 'state', title: 'State', width: 98, value: ({ state }) => state, text: (trial) => trialState(trial).label },
    { id: 'family', title: 'Family', width: 102, value: ({ candidate }) => candidate.family, text: familyOf },
    number('accuracy', 'Accuracy', 72, ({ metrics }) => metrics['accuracy'], percentText),
    // Of a part or of a short training: no result beside the others.
    rare(number('reached', 'So far', 60, ({ reached }) => reached, percentText)),
    rare(number('test', 'Test', 60, ({ testAccuracy }) => testAccuracy, percentText)),
    ...MEASURE_NAMES.flatMap(measureColumns),
    number('params', 'Params', 60, ({ params }) => params, formatCount),
    number('macs', 'MACs', 60, ({ macs }) => macs, formatCount),
    rare(number('latency', 'Latency', 78, ({ metrics }) => metrics['latencyMs'], formatMilliseconds)),
    {
      ...rare(number('predicted', 'Predicted', 92, ({ why }) => why.predicted?.mean, percentText)),
      text: predictedText,
    },
    { id: 'why', title: 'Why', width: 122, most: 176, value: whyOf, text: whyOf, hint: whyOf },
    number('seconds', 'Time', 84, ({ seconds }) => seconds, formatDuration),
    {
      ...{ id: 'config', title: 'Configuration', width: 132, grows: true },
      value: ({ candidate }) => configText(candidate, titles),
      text: (trial) => faultText(trial) ?? configText(trial.candidate, titles),
      hint: (trial) => faultText(trial) ?? configText(trial.candidate, titles, '\n'),
    },
  ];
}

/** On validation, and on the test. */
function measureColumns(name: MeasureName): readonly TrialColumn[] {
  const { title, isShare } = MEASURE_WORDS[name];
  const text = (value: number | undefined): string =>
    isShare || value === undefined ? percentText(value) : value.toFixed(4);
  return [
    rare(number(name, title, 96, ({ metrics }) => metrics[name], text)),
    rare(
      number(
        `test-${name}`,
        `Test ${isShare ? title.toLowerCase() : title}`,
        112,
        ({ testMeasures }) => testMeasures?.[name],
        text,
      ),
    ),
  ];
}

/** A box to pin by stands before the columns. */
export const TRIAL_ROW: RowFrame = { before: 20, gap: 8, padding: 10 };

const percentText = (share: number | undefined): string => formatPercent(share, 2);

function predictedText({ why: { predicted } }: Trial): string {
  if (!predicted) return '–';
  return `${formatPercent(predicted.mean)} ± ${(predicted.deviation * 100).toFixed(1)}`;
}

/** Those that say something of these trials. */
export function shownColumns(columns: readonly TrialColumn[], trials: readonly Trial[]): readonly TrialColumn[] {
  return columns.filter(({ isRare, value }) => !isRare || trials.some((trial) => value(trial) !== undefined));
}
