/** A run as its own strategy follows it: what moved after each result, and what it knew when it
 * proposed. */

export interface RegionMoment {
  readonly id: number;
  readonly family: string;
  /** Trial at the centre. */
  readonly centre: number;
  readonly radius: string;
  readonly successes: number;
  readonly failures: number;
}

export interface RegionsAfter {
  /** The trial whose result moved them. */
  readonly trial: number;
  readonly regions: readonly RegionMoment[];
  /** The region that had proposed the trial, if it is still there, and whether it counts as its
   * success. */
  readonly own?: { readonly region: number; readonly success: boolean };
  /** Ids of regions that this result ended, of those opened in their place, and of those moved to a
   * new centre. */
  readonly ended: readonly number[];
  readonly opened: readonly number[];
  readonly recentred: readonly number[];
}

/** Each result predicted from all others, in outputs of unit variance. */
export interface LeftOut {
  readonly count: number;
  /** Mean log density in nats, and that of knowing only the results' mean and deviation: the
   * surrogate's worth is the difference. */
  readonly logScore: number;
  readonly unaided: number;
}

/** A student that was judged together with its neighbours; values in the objective's own unit. */
export interface ScoredCentre {
  readonly trial: number;
  readonly own: number;
  /** That have a result. */
  readonly neighbours: number;
  /** Of itself and them. */
  readonly score: number;
}

/** What a search names as its find, where that is not the best single student. */
export interface Answer {
  /** Of a centre and its neighbours. */
  readonly by: 'mean' | 'min';
  /** Best score first; with several objectives those that none beats in score and costs. None as
   * long as no neighbourhood is whole. */
  readonly centres: readonly ScoredCentre[];
}

/** How many of the best students chose so, in whichever of their layers. */
export interface GrowthChoice {
  /** Of the dimension, without the layer's number. */
  readonly title: string;
  readonly level: string;
  readonly students: number;
}

/** A search that adds layer to layer. */
export interface Growth {
  /** Students of one layer. */
  readonly first: { readonly asked: number; readonly all: number };
  /** Of the last draw; absent as long as there was none. */
  readonly temperature?: number;
  /** On the front. */
  readonly students: number;
  readonly choices: readonly GrowthChoice[];
  /** Of what the inputs have: how many of them do not read it. */
  readonly unread: readonly { readonly name: string; readonly students: number }[];
}

/** What a strategy itself tells of a run, beside what the log says of any. */
export interface FollowedSearch {
  /** After each result; none of a strategy without regions. */
  readonly regions: readonly RegionsAfter[];
  /** Deviation of a training's noise in the units of what is learned, as estimated when the trial
   * was proposed. */
  readonly noise: ReadonlyMap<number, number>;
  /** `undefined` with fewer than three results. */
  readonly leftOut?: LeftOut;
  readonly answer?: Answer;
  readonly growth?: Growth;
}
