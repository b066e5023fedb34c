/** What is trained for the live claim: a line a training. */
import { createHash } from 'node:crypto';
import { candidateKey } from '../../src/core/space/candidate-key.ts';
import type { Candidate } from '../../src/core/space/space.ts';
import { readRecord } from '../study/record.ts';

interface Trained {
  readonly id: string;
  readonly candidate: Candidate;
  readonly params: number;
  readonly trainingSeed: number;
  readonly seconds: number;
  /** Why it came to nothing. */
  readonly failed?: string;
}

/** A trial of a search: `PLAYER/SEED/TRIAL`. */
export interface TrialRow extends Trained {
  readonly player: string;
  readonly seed: number;
  readonly trial: number;
  readonly macs: number;
  readonly validationAccuracy?: number;
}

/** A student of a front, trained again: `again/KEY/ROUND`. */
export interface FreshRow extends Trained {
  readonly key: string;
  readonly round: number;
  /** Looked at once. */
  readonly testAccuracy?: number;
}

export const trialId = (player: string, seed: number, trial: number): string => `${player}/${seed}/${trial}`;
export const freshId = (key: string, round: number): string => `again/${key}/${round}`;

/** A seed of its own for each training, whoever asks for it when. */
export const trainingSeedOf = (id: string): number => createHash('sha256').update(id).digest().readUInt32LE();

export interface Rows {
  readonly trials: ReadonlyMap<string, TrialRow>;
  readonly fresh: readonly FreshRow[];
}

/** Lines that are neither are the header's. */
export function readRows(file: string): Rows {
  const all = readRecord<TrialRow | FreshRow | { readonly id: string }>(file);
  const trials = all.filter((row): row is TrialRow => 'trial' in row);
  const fresh = all.filter((row): row is FreshRow => 'round' in row);
  return { trials: new Map(trials.map((row) => [row.id, row])), fresh };
}

/** A search's trials in order, as far as they go without a gap. */
export function searchOf({ trials }: Pick<Rows, 'trials'>, player: string, seed: number): readonly TrialRow[] {
  const found: TrialRow[] = [];
  for (;;) {
    const row = trials.get(trialId(player, seed, found.length));
    if (row === undefined) return found;
    found.push(row);
  }
}

export const keyOf = ({ candidate }: Pick<Trained, 'candidate'>): string => candidateKey(candidate);
