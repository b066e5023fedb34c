/** What the search knows of its run. */
import type { Candidate } from '../../space/space.ts';
import type { BaselineState } from '../baseline.ts';
import type { Member } from '../catalogue.ts';
import type { Ledger, LedgerTrial } from '../ledger.ts';
import type { Description } from './description.ts';
import type { Surrogate } from './surrogate.ts';

export interface Judged {
  readonly trial: LedgerTrial;
  readonly worth: number;
}

/** What can be learned from a ledger. */
export interface Known {
  /** Best first. */
  readonly judged: readonly Judged[];
  readonly foresee: Surrogate;
}

export interface SmboState extends BaselineState {
  /** All students of one layer, or as many as were found, in an order of chance. */
  readonly first: readonly Member[];
  /** Trials that they are given, references among them. */
  readonly firstTrials: number;
  /** Layers that may be added to one. */
  readonly depth: number;
  /** What was known when the first student of a twelve was asked for. */
  readonly seen: { readonly twelve: number; readonly ledger: Ledger };
  readonly describe: (candidate: Candidate) => Description;
  /** `undefined` of fewer than two results. */
  readonly learn: (ledger: Ledger) => Known | undefined;
}
