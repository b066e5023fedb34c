/** What a person is offered where the workspace is damaged: nothing is deleted, whichever button it
 * is. */
import type { BackupView } from '../bridge/maintenance-contract.ts';

export type Rescue =
  /** Put this copy back. */
  | { readonly how: 'restore'; readonly backup: string }
  /** Save what can still be read. */
  | { readonly how: 'salvage' }
  | { readonly how: 'another' }
  | { readonly how: 'quit' };

export interface RescueQuestion {
  readonly message: string;
  readonly detail: string;
  readonly buttons: readonly string[];
  /** What the buttons mean, in order; the last one is also what Escape means. */
  readonly rescues: readonly Rescue[];
}

/** `backups`: newest first. */
export function rescueQuestion(damage: string, backups: readonly BackupView[]): RescueQuestion {
  const newest = backups.find(({ restorable }) => restorable);
  const offers: readonly (readonly [string, Rescue])[] = [
    ...(newest === undefined
      ? []
      : [[`Put back the copy of ${minuteOf(newest.at)}`, { how: 'restore', backup: newest.name }] as const]),
    ['Save what can be read', { how: 'salvage' }],
    ['Open another workspace', { how: 'another' }],
    ['Quit', { how: 'quit' }],
  ];
  return {
    message: 'This workspace is damaged.',
    detail: `${damage}\n\nWhat stands there now is kept in the folder "backups", whatever you choose.`,
    buttons: offers.map(([label]) => label),
    rescues: offers.map(([, rescue]) => rescue),
  };
}

/** Of the world's time, to the minute. */
const minuteOf = (at: string): string => `${at.slice(0, 16).replace('T', ' ')} UTC`;
