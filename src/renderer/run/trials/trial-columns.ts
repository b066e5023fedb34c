/** Columns of the trial table: how each is read, sorted and shown. */
import { MEASURE_NAMES, MEASURE_WORDS } from '../../../core/measures.ts';
import type { MeasureName } from '../../../core/measures.ts';
import { scheduleLength } from '../../../core/records/trial.ts';
import type { Trial } from '../../../core/records/trial.ts';
import type { RowFrame, SizedColumn } from '../../components/rows/use-column-widths.ts';
import { formatBytes, formatCount, formatDuration, formatMilliseconds, formatPercent } from '../../format.ts';
import type { StateWord, Titles } from '../../words.ts';
import { configText, epochsShort, faultText, trialNumber, trialState, whyShort } from '../../words.ts';

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
  /** Shown when it is asked for. */
  readonly isExtra?: boolean;
  /** Pixels that its cell has beside the text. */
  readonly beside?: number;
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
const extra = (column: TrialColumn): TrialColumn => ({ ...column, isExtra: true });

/** `front`: ids of those on the run's front. */
export function trialColumns(
  titles: Titles,
  front: () => ReadonlySet<string> = () => new Set(),
): readonly TrialColumn[] {
  const frontText = ({ id }: Trial): string => (front().has(id) ? 'front' : '');
  const familyOf = ({ candidate }: Trial): string => titles.familyTitle(candidate.family);
  const whyOf = ({ why }: Trial): string => whyShort(why);
  return [
    { ...number('number', '#', 54, (trial) => trial.number, String), text: trialNumber, beside: 14 },
    // Its mark stands beside the number.
    extra({ id: 'front', title: 'Front', width: 46, value: (trial) => frontText(trial) || undefined, text: frontText }),
    {
      ...{ id: 'state', title: 'State', width: 92, beside: 22 },
      ...{ value: ({ state }) => state, text: (trial) => rowState(trial).label },
    },
    {
      ...{ id: 'family', title: 'Family', width: 102, beside: 18 },
      ...{ value: ({ candidate }) => candidate.family, text: familyOf },
    },
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
    extra(number('peak', 'Peak', 70, ({ peakActivationBytes }) => peakActivationBytes, formatBytes)),
    extra(number('seed', 'Seed', 90, ({ seed }) => seed, String)),
    { id: 'why', title: 'Why', width: 90, most: 184, beside: 8, value: whyOf, text: whyOf, hint: whyOf },
    number('seconds', 'Time', 60, ({ seconds }) => seconds, formatDuration),
    {
      ...{ id: 'config', title: 'Configuration', width: 132, grows: true },
      value: ({ candidate }) => configText(candidate, titles),
      text: (trial) => faultText(trial) ?? configText(trial.candidate, titles),
      hint: (trial) => faultText(trial) ?? configText(trial.candidate, titles, '\n'),
    },
  ];
}

/** A student in training says how far it is. */
export function rowState(trial: Trial): StateWord {
  const words = trialState(trial);
  if (trial.state !== 'running') return words;
  const isShort = trial.leg?.schedule === 'own';
  return {
    ...words,
    label: isShort ? `Short ${trial.epochsDone}/${scheduleLength(trial)}` : `Epoch ${epochsShort(trial)}`,
  };
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

/** A box to select by stands before the columns, a pin behind them. */
export const TRIAL_ROW: RowFrame = { before: 18, after: 24, gap: 8, padding: 10 };

const percentText = (share: number | undefined): string => formatPercent(share, 2);

function predictedText({ why: { predicted } }: Trial): string {
  if (!predicted) return '–';
  return `${formatPercent(predicted.mean)} ± ${(predicted.deviation * 100).toFixed(1)}`;
}

/** What the person has asked for, by column; the others are shown as they are at first. */
export type ColumnWishes = Readonly<Record<string, boolean>>;

/** What is no wish is left out. */
export function readWishes(stored: unknown): ColumnWishes {
  if (typeof stored !== 'object' || stored === null) return {};
  return Object.fromEntries(Object.entries(stored).filter(([, wish]) => typeof wish === 'boolean'));
}

/** Those that say something of these trials, and that are wished for. */
export function shownColumns(
  columns: readonly TrialColumn[],
  trials: readonly Trial[],
  wishes: ColumnWishes = {},
): readonly TrialColumn[] {
  return saidColumns(columns, trials).filter(({ id, isExtra }) => wishes[id] ?? !isExtra);
}

/** Those that can be asked for. */
export const saidColumns = (columns: readonly TrialColumn[], trials: readonly Trial[]): readonly TrialColumn[] =>
  columns.filter(({ isRare, value }) => !isRare || trials.some((trial) => value(trial) !== undefined));

/** Rows that are looked at for how wide a column is. */
const LOOKED_AT = 100;
/** The widest that a text makes a column. */
const MOST_FITTED = 200;

/** Columns as wide as what they say of these trials, by `measure` in pixels, and none narrower than
 * it was `before`: a table that grows under the eyes does not sway. */
export function fittedColumns(
  columns: readonly TrialColumn[],
  trials: readonly Trial[],
  measure: (text: string) => number,
  before: readonly TrialColumn[] = [],
): readonly TrialColumn[] {
  const step = Math.max(1, Math.ceil(trials.length / LOOKED_AT));
  const looked = trials.filter((_, place) => place % step === 0);
  return columns.map((column) => {
    if (column.grows) return column;
    const texts = [`${column.title} ↑`, ...new Set(looked.map((trial) => column.text(trial)))];
    const widest = texts.reduce((most, text) => Math.max(most, measure(text)), 0);
    const last = before.find(({ id }) => id === column.id);
    const fitted = Math.min(column.most ?? MOST_FITTED, Math.ceil(widest) + (column.beside ?? 0) + 4);
    // One that may be cut where there is little room is so wide where there is much.
    return column.most === undefined
      ? { ...column, width: Math.max(fitted, last?.width ?? 0) }
      : { ...column, width: Math.min(column.width, fitted), most: Math.max(fitted, last?.most ?? 0) };
  });
}
