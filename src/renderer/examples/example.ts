/** One example of a data set, as views and reports are given it. */
import type { SamplesInput } from '../../bridge/schemas/library.ts';
import type { DatasetView } from '../../bridge/schemas/records.ts';

/** One example: what every component of the table is given. */
export interface ShownExample {
  readonly dataset: DatasetView;
  readonly split: SamplesInput['split'];
  /** Its place in the split. */
  readonly index: number;
  /** `[height][width][channels]`, as `dataset.shape` says. */
  readonly bytes: Uint8Array;
  /** What it is, for who cannot see it. */
  readonly title: string;
}

/** In a report: a picture inside the file, or words. */
export interface ToldExample {
  readonly address?: string;
  readonly lines?: readonly string[];
}
