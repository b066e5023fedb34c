/** What is kept of a search: a line each. */
import type { Origin } from '../../../benchmarks/search/records.ts';
import { originOf } from '../../../benchmarks/search/records.ts';
import type { Configuration } from '../../../src/core/space/space.ts';
import { listOf, recordOf } from '../by-product.ts';
import type { Unknown } from '../by-product.ts';
import type { Order } from './plan.ts';

export interface SearchRow extends Order {
  readonly epochs: number;
  /** Of all processors, for the search alone. */
  readonly cpuSeconds: number;
  /** After each epoch, `[epochs]`: 1 where all paths are alike, 0 where one counts alone. */
  readonly entropy: readonly number[];
  /** Of the mean student. */
  readonly params: readonly number[];
  /** How much each path counts in the end, `[paths]`. */
  readonly shares: readonly number[];
  /** Of the student that it led to, where the search came to its end. */
  readonly derived?: Configuration;
  /** Whether that is the one that the method names: one whose last node nothing reaches is no
   * student, and the strongest paths that give something stand in. */
  readonly isNamed: boolean;
  /** That student trained: absent where its training failed. */
  readonly student?: { readonly accuracy: number; readonly params: number; readonly macs: number };
  readonly reason?: string;
  readonly origin: Origin;
}

/** Of what `trade show RUN --why` says. */
export function rowOf(shown: unknown, order: Order): SearchRow {
  const run = recordOf(recordOf(shown)['run']);
  const [search = {}] = listOf(run['why'], 'searches');
  const mixed = listOf(search, 'mixed');
  const numbers = (key: string): readonly number[] => mixed.map((epoch) => Number(epoch[key]));
  const { reason } = search;
  const [trial = {}] = listOf(run, 'trials');
  return {
    ...order,
    ...{ epochs: mixed.length, cpuSeconds: Number(search['cpuSeconds'] ?? NaN), entropy: numbers('entropy') },
    ...{ params: numbers('params'), shares: numbersIn(mixed.at(-1)?.['shares']) },
    ...(typeof reason === 'string' && { reason }),
    isNamed: search['student'] !== undefined,
    // Sound: levels by dimension, as the command line writes them.
    ...(reason === undefined && { derived: trial['config'] as Configuration }),
    ...trainedIn(trial),
    origin: originOf(new Date()),
  };
}

const numbersIn = (values: unknown): readonly number[] => (Array.isArray(values) ? values.map(Number) : []);

function trainedIn({ accuracy, params, macs }: Unknown): Pick<SearchRow, 'student'> {
  if (typeof accuracy !== 'number') return {};
  return { student: { accuracy, params: Number(params), macs: Number(macs) } };
}
