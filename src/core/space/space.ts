/**
 * A search space: a union of families, each a lattice of named dimensions. Strategies see only
 * this; what a candidate *is* (a student network, a row of a recorded table) is the family's
 * business.
 */

import type { Supernet } from '../arch/supernet.ts';
import type { candidateSchema } from '../records/candidate.ts';
import type { RecordOf } from '../records/zod.ts';

export type Level = Configuration[string];

/** What a dimension means, so that length-scale priors can be tied across families. */
export type Role =
  'width' | 'depth' | 'kernel' | 'expansion' | 'patch' | 'heads' | 'resolution' | 'attention' | 'other';

export interface Dimension {
  readonly name: string;
  readonly title: string;
  readonly role: Role;
  /** `ordinal`: levels stand in their order; `categorical`: no order of their own (a cost order is
   * derived). */
  readonly type: 'ordinal' | 'categorical';
  readonly levels: readonly Level[];
  /** Absent: always active. A dimension that is not active is absent from the configuration. */
  readonly activeWhen?: { readonly dimension: string; readonly levels: readonly Level[] };
}

/** Active dimensions only, in the order of the family's dimensions (canonical: equal candidates are
 * equal records). */
export type Configuration = Candidate['config'];
export type Candidate = RecordOf<typeof candidateSchema>;

/** Exactly known before training, by metric name (`params`, `macs`). */
export type KnownCosts = Readonly<Record<string, number>>;

export interface CheapMember {
  readonly config: Configuration;
  readonly params: number;
  readonly macs: number;
}

export interface Family {
  readonly name: string;
  readonly title: string;
  readonly dimensions: readonly Dimension[];
  /** The hand-designed student of the family's paper, scaled to the space. */
  readonly reference?: Configuration;
  /** Combinations that cannot be built are not candidates (absent: every combination can be). */
  readonly isLegal?: (config: Configuration) => boolean;
  readonly costs: (config: Configuration) => KnownCosts;
  /**
   * Of a family that is too large to list: those members that no other undercuts in params and in
   * MACs. Its ordinals go from cheap to dear, so that chance can be spread over cost.
   */
  readonly cheapest?: () => readonly CheapMember[];
  /** One network that holds all of them (absent: there is none). Of so many channels one goes
   * through its paths, the others pass by (absent: all do). */
  readonly supernet?: (part?: number) => Supernet;
  /** Of all configurations that are the same network, the one that is a member; `undefined` where
   * none is (absent: no two are the same). */
  readonly representative?: (config: Configuration) => Configuration | undefined;
  /** The dimension that counts layers, one after the other: a member grows by its next level, and
   * what that opens (absent: members do not grow). */
  readonly grows?: string;
  /** Names of what its inputs have and the member does not read (absent: all is read). */
  readonly unread?: (config: Configuration) => readonly string[];
  /** A finite pool: only these may be proposed (recorded tables, fixed lists). */
  readonly pool?: readonly Configuration[];
}

export interface Space {
  readonly families: readonly Family[];
}
