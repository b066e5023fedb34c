/** After how many epochs students rest: the levels of the pyramid, the whole training its last. */
import { invalid } from '../../errors.ts';
import type { Leg } from '../../records/proposal.ts';
import type { OptionsInput } from '../strategy.ts';
import { NOSH } from './constants.ts';

export interface Levels {
  /** Epochs of each level, rising; the last is the whole training. `[N]` */
  readonly epochs: readonly number[];
  readonly schedule: Leg['schedule'];
}

const FIELD = 'strategy.options.levels';

/**
 * From the option `levels` ("2/4/8") or, where it is empty, nearest to the shares of
 * `NOSH.shares`. Throws `config.invalid` with the field `strategy.options.levels`.
 */
export function levelsOf({ epochs = 1, legs, options }: OptionsInput): Levels {
  const schedule = legs === undefined || legs.some((leg) => leg.schedule === 'part') ? 'part' : 'own';
  // What is recorded can be asked for, whatever it divides.
  const possible =
    legs?.filter((leg) => leg.schedule === schedule).map(({ until }) => until) ??
    Array.from({ length: epochs - 1 }, (_, i) => i + 1).filter((until) => epochs % until === 0);
  const text = String(options['levels'] ?? '').trim();
  if (text !== '') return { epochs: readLevels(text, epochs, possible, legs !== undefined), schedule };
  const nearest = NOSH.shares.flatMap((share) => {
    const distance = (until: number): number => Math.abs(Math.log(until / (share * epochs)));
    return possible.length > 0 ? [possible.reduce((a, b) => (distance(b) < distance(a) ? b : a))] : [];
  });
  return { epochs: [...new Set(nearest), epochs].sort((a, b) => a - b), schedule };
}

function readLevels(
  text: string,
  epochs: number,
  possible: readonly number[],
  areRecorded: boolean,
): readonly number[] {
  const example = [...possible, epochs].slice(-3).join('/');
  const refuse = (problem: string): never => {
    throw invalid(FIELD, `levels "${text}" ${problem}; write for example "${example}".`);
  };
  const parts = text.split('/').map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : NaN));
  if (parts.some((part) => !(part >= 1))) refuse('are no whole numbers of epochs with strokes between them');
  if (parts.some((part, i) => i > 0 && part <= (parts[i - 1] ?? 0))) refuse('do not rise');
  const last = parts.at(-1) ?? 0;
  if (last > epochs) refuse(`go past the ${epochs} epochs of a training`);
  if (last < epochs) refuse(`do not end with the ${epochs} epochs of a whole training`);
  const wrong = parts.slice(0, -1).find((part) => !possible.includes(part));
  if (wrong !== undefined && areRecorded) refuse(`have ${wrong}, and no training of ${wrong} epochs is recorded`);
  if (wrong !== undefined) refuse(`have ${wrong}, which does not divide the ${epochs} epochs of a training`);
  return parts;
}
