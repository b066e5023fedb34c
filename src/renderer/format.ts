/** Numbers as people read them, each with its unit. NaN, infinities and absent values have words of
 * their own. */

import type { Noun } from '../core/data-kinds.ts';

export const ABSENT = '–';

const COUNT_STEPS = [
  { size: 1e12, unit: 'T' },
  { size: 1e9, unit: 'G' },
  { size: 1e6, unit: 'M' },
  { size: 1e3, unit: 'k' },
] as const;

const BYTE_STEPS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `1.2 M`, `12.3 k`, `87`: three significant digits from a thousand on. */
export const formatCount = written((value) => {
  const magnitude = Math.abs(value);
  // 999.95 k would round to "1000 k": the step is chosen by what is shown.
  const step = COUNT_STEPS.find(({ size }) => magnitude >= size * 0.9995);
  if (step === undefined) return Number.isInteger(value) ? String(value) : digits(value, 3);
  return `${digits(value / step.size, 3)} ${step.unit}`;
});

/** `12,345`: for titles and tables, where the exact number matters. */
export const formatExact = written((value) => value.toLocaleString('en-US', { maximumFractionDigits: 6 }));

/** A fraction as `87.4 %`. */
export function formatPercent(value: number | undefined, decimals = 1): string {
  return written((share) => {
    const text = (share * 100).toFixed(decimals);
    return `${Number(text) === 0 ? text.replace('-', '') : text} %`;
  })(value);
}

/** `+1.2 k`, `−300`, `0`: by how much a count is larger or smaller. */
export function formatDelta(value: number): string {
  return value === 0 ? '0' : `${value > 0 ? '+' : '−'}${formatCount(Math.abs(value))}`;
}

/** `+1.2 points`, `−0.3 points`: a difference of two fractions. */
export const formatPoints = written((value) => `${signed((value * 100).toFixed(1))} points`);

/** `12 % more`, `3.4 times less`: how much larger or smaller than `base`; from twice on as a
 * factor. */
export function formatRatio(value: number, base: number): string {
  if (!Number.isFinite(value) || !Number.isFinite(base) || base <= 0 || value < 0) return ABSENT;
  if (value === base) return 'same';
  const word = value > base ? 'more' : 'less';
  const factor = value > base ? value / base : base / value;
  if (factor >= 2) return value === 0 ? 'none' : `${digits(factor, 3)} times ${word}`;
  const percent = Math.abs(value / base - 1) * 100;
  return `${digits(percent, 2)} % ${word}`;
}

/** `3 min 20 s`, `1 h 5 min`, `12.4 s`, `340 ms`. */
export const formatDuration = written((seconds) => {
  if (seconds < 0) return ABSENT;
  if (seconds > 0 && seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.95) return `${digits(seconds, 2)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return joinUnits(minutes, 'min', whole % 60, 's');
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return joinUnits(hours, 'h', minutes % 60, 'min');
  return joinUnits(Math.floor(hours / 24), 'd', hours % 24, 'h');
});

/** `0.052 ms`, `3.43 ms`: three significant digits. */
export const formatMilliseconds = written((milliseconds) => `${digits(milliseconds, 3)} ms`);

/** Time left, rounded to what an estimate can promise: `about 3 min left`. */
export function formatTimeLeft(seconds: number | undefined): string {
  if (seconds === undefined || !Number.isFinite(seconds) || seconds < 0) return 'estimating…';
  if (seconds < 10) return 'a few seconds left';
  if (seconds < 90) return `about ${Math.round(seconds / 10) * 10} s left`;
  if (seconds < 5400) return `about ${Math.round(seconds / 60)} min left`;
  return `about ${digits(seconds / 3600, 2)} h left`;
}

/** Binary units: `2.8 MiB`. */
export const formatBytes = written((bytes) => {
  let value = bytes;
  let step = 0;
  while (Math.abs(value) >= 1023.5 && step < BYTE_STEPS.length - 1) {
    value /= 1024;
    step += 1;
  }
  return `${step === 0 ? String(value) : digits(value, 3)} ${BYTE_STEPS[step] ?? 'B'}`;
});

/** `24 Nov, 09:14`, with the year where it is not the current one; `now` is passed in by tests. */
export function formatDate(iso: string, now: Date = new Date()): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return ABSENT;
  return `${formatDay(iso, now)}, ${date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })}`;
}

/** `24 Nov`, with the year where it is not the current one. */
export function formatDay(iso: string, now: Date = new Date()): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return ABSENT;
  return date.toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    ...(date.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' }),
  });
}

/** `1 student`, `2 students`. */
export function formatPlural(count: number, one: string, many = `${one}s`): string {
  return `${formatExact(count)} ${count === 1 ? one : many}`;
}

/** `1 recording`; `which`, with a space behind it: `12,000 validation answers`. */
export const formatExamples = (count: number, { one, many }: Noun, which = ''): string =>
  formatPlural(count, `${which}${one}`, `${which}${many}`);

/** Fixed significant digits without trailing zeros. */
export function digits(value: number, significant: number): string {
  return String(Number(value.toPrecision(significant)));
}

function signed(text: string): string {
  if (Number(text) === 0) return text.replace('-', '');
  return text.startsWith('-') ? `−${text.slice(1)}` : `+${text}`;
}

function joinUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** `text` of a number; what is none has a word of its own. */
function written(text: (value: number) => string): (value: number | undefined) => string {
  return (value) => {
    if (value === undefined) return ABSENT;
    if (Number.isNaN(value)) return 'NaN';
    if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
    return text(value);
  };
}
