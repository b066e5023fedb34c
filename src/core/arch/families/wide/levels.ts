/** Levels of wide families: they follow the size that students are to have and the side of the
 * images, unless somebody gives their own. */
import { invalid } from '../../../errors.ts';
import { isOpen } from '../../../space/lattice.ts';
import type { Dimension, Level, Role } from '../../../space/space.ts';
import type { Shape } from '../../graph.ts';
import type { StudentTask } from '../student-family.ts';

/** Params for which base widths are written. */
export const BASE_SCALE = 100_000;
/** Params about which a space stands, from 1,563 to 102 million. */
const LEAST_OCTAVE = -6;
const MOST_OCTAVE = 10;

export type OwnLevels = Readonly<Record<string, readonly Level[]>>;

export interface WideTask extends StudentTask {
  /** Params of the students that are looked for, about. */
  readonly scale: number;
  /** By dimension; others have those of the scale. */
  readonly own: OwnLevels;
}

/** What a level may be, and how that reads. */
export interface Rule {
  readonly fits: (level: Level) => boolean;
  readonly text: string;
}

export const whole = (least: number, most: number, multiple = 1): Rule => ({
  fits: (level) => Number.isInteger(level) && isBetween(level, least, most) && Number(level) % multiple === 0,
  text: `whole numbers from ${least} to ${most}${multiple > 1 ? `, multiples of ${multiple}` : ''}`,
});

export const ODD: Rule = {
  fits: (level) => Number.isInteger(level) && isBetween(level, 1, 15) && Number(level) % 2 === 1,
  text: 'odd numbers from 1 to 15',
};

export const SHARE: Rule = { fits: (level) => isBetween(level, 0, 1), text: 'numbers from 0 to 1' };

const isBetween = (level: Level, least: number, most: number): boolean =>
  typeof level === 'number' && level >= least && level <= most;

/** Sizes that differ by less than half an octave share a space, so that their runs learn from each
 * other. */
export function scaleOf(params: number): number {
  const octave = Math.round(Math.log2(params / BASE_SCALE));
  return BASE_SCALE * 2 ** Math.min(MOST_OCTAVE, Math.max(LEAST_OCTAVE, octave));
}

/** Makes a family's dimensions, with somebody's own levels where there are some. */
export function chooser({ own }: WideTask, family: string) {
  const asked = new Set<string>();
  return {
    /** `levels` from cheap to dear. */
    ordinal(name: string, title: string, role: Role, levels: readonly number[], rule: Rule, gate?: Gate): Dimension {
      asked.add(name);
      const chosen = Object.hasOwn(own, name) ? ownLevels(`levels.${family}.${name}`, own[name] ?? [], rule) : levels;
      return { name, title, role, type: 'ordinal', levels: chosen, ...(gate && { activeWhen: gate }) };
    },
    categorical(name: string, title: string, levels: readonly string[]): Dimension {
      asked.add(name);
      const rule: Rule = { fits: (level) => levels.some((one) => one === level), text: levels.join(', ') };
      const chosen = Object.hasOwn(own, name) ? ownLevels(`levels.${family}.${name}`, own[name] ?? [], rule) : levels;
      return { name, title, role: 'other', type: 'categorical', levels: chosen };
    },
    /** Throws `config.invalid` where levels are given to what the family does not have. */
    check(): void {
      const stray = Object.keys(own).find((name) => !asked.has(name));
      if (stray === undefined) return;
      throw invalid(`levels.${family}.${stray}`, `there is no such dimension: it has ${[...asked].join(', ')}.`);
    },
  };
}

/** What a stage of convolutions chooses by itself, as `chooser` makes it. */
export function stageChooser(choose: ReturnType<typeof chooser>, task: WideTask, stage: number) {
  const title = (what: string): string => `${what} of stage ${stage}`;
  return {
    width: (base: readonly number[], multiple = 2, rule = whole(1, 8192)): Dimension =>
      choose.ordinal(`width${stage}`, title('Width'), 'width', widths(task, base, multiple), rule),
    depth: (name: string, words: string, most = depths(task).stage): Dimension =>
      choose.ordinal(`${name}${stage}`, title(words), 'depth', upTo(most), whole(1, 24)),
    expansion: (levels: readonly number[]): Dimension =>
      choose.ordinal(`expansion${stage}`, title('Expansion'), 'expansion', levels, whole(1, 16)),
    kernel: (): Dimension => choose.ordinal(`kernel${stage}`, title('Depthwise kernel'), 'kernel', [3, 5, 7], ODD),
    squeeze: (ratio: number): Dimension =>
      choose.ordinal(`squeeze${stage}`, title('Squeeze-and-excitation (0: none)'), 'attention', [0, ratio], SHARE),
  };
}

type Gate = NonNullable<Dimension['activeWhen']>;

function ownLevels(field: string, levels: readonly Level[], { fits, text }: Rule): readonly Level[] {
  if (levels.length === 0) throw invalid(field, `no level is left: give one or more, ${text}.`);
  const wrong = levels.find((level) => !fits(level));
  if (wrong !== undefined) throw invalid(field, `${JSON.stringify(wrong)} is not possible: choose ${text}.`);
  if (new Set(levels).size < levels.length) throw invalid(field, 'a level is named twice: name each once.');
  return levels.toSorted((a, b) => (typeof a === 'number' && typeof b === 'number' ? a - b : 0));
}

/** The gate of what is there from `least` on; `undefined`: never. */
export function from({ name, levels }: Dimension, least: number): Gate | undefined {
  const open = levels.filter((level) => typeof level === 'number' && level >= least);
  return open.length > 0 ? { dimension: name, levels: open } : undefined;
}

export const mostOf = ({ levels }: Dimension): number =>
  levels.reduce<number>((most, level) => (typeof level === 'number' ? Math.max(most, level) : most), 0);

/** Levels in a ladder of widths, at least. */
const FEWEST_WIDTHS = 3;

/**
 * Widths for the scale: `base` at 100,000 params; else as many rungs (two more for large ones) from
 * a lower to a higher end. Params go with the square of widths, and the lower end moves half as far
 * as the higher one, so that a large space has small students, too.
 */
export function widths({ scale }: WideTask, base: readonly number[], multiple: number): readonly number[] {
  if (scale === BASE_SCALE) return base;
  const factor = Math.sqrt(scale / BASE_SCALE);
  const low = (base[0] ?? multiple) * Math.sqrt(factor);
  const high = (base.at(-1) ?? multiple) * factor;
  const rungs = base.length + (factor > 2 ? 2 : 0);
  const least = Math.max(multiple, multiple * Math.round(low / multiple));
  const ladder = Array.from({ length: rungs }, (_, rung) => {
    const width = low * Math.max(1, high / low) ** (rung / (rungs - 1));
    return Math.max(least, multiple * Math.round(width / multiple));
  });
  const rising = [...new Set(ladder)];
  while (rising.length < FEWEST_WIDTHS) rising.push((rising.at(-1) ?? 0) + multiple);
  return rising;
}

/** Most blocks of a stage of a convolutional family, and of a row of token mixers. */
export function depths({ scale }: WideTask): { readonly stage: number; readonly row: number } {
  if (scale < BASE_SCALE / 4) return { stage: 3, row: 4 };
  return scale < 5 * BASE_SCALE ? { stage: 4, row: 6 } : { stage: 6, row: 8 };
}

export const upTo = (most: number, least = 1): readonly number[] =>
  Array.from({ length: most - least + 1 }, (_, index) => least + index);

const sideOf = (inputShape: Shape): number => Math.max(inputShape[0] ?? 1, inputShape[1] ?? 1);

/** Strides of a stem's convolutions, after which the longer side has 16 pixels or fewer; 32 where
 * students are large. */
export function stemStrides({ inputShape, scale }: WideTask): readonly number[] {
  const target = scale < 5 * BASE_SCALE ? 16 : 32;
  const strides: number[] = [];
  for (let side = sideOf(inputShape); side > target; side = Math.ceil(side / (strides.at(-1) ?? 1))) {
    strides.push(side > 2 * target ? 4 : 2);
  }
  return strides.length > 0 ? strides : [1];
}

export const product = (numbers: readonly number[]): number => numbers.reduce((all, one) => all * one, 1);

/** Patch sizes that cut the longer side into 4 to 14 patches, those that divide the image where
 * two or more do. */
export function patches({ inputShape }: WideTask): readonly number[] {
  const side = sideOf(inputShape);
  const dividing = upTo(side).filter(
    (patch) =>
      inputShape.slice(0, 2).every((length) => length % patch === 0) && side / patch >= 4 && side / patch <= 14,
  );
  if (dividing.length >= 2) return dividing;
  const filledUp = [Math.ceil(side / 10), Math.ceil(side / 7), Math.ceil(side / 4)];
  return [...new Set([...dividing, ...filledUp])].sort((left, right) => left - right);
}

/** The level nearest to a wished one. */
function nearest({ levels }: Dimension, wish: Level): Level {
  if (typeof wish !== 'number') return levels.includes(wish) ? wish : (levels[0] ?? wish);
  const away = (level: Level): number => (typeof level === 'number' ? Math.abs(level - wish) : Infinity);
  return levels.reduce((best, level) => (away(level) < away(best) ? level : best), levels[0] ?? wish);
}

/** The paper's student at this scale: wished levels, widths with the root of it, each the nearest
 * that there is. */
export function referenceOf(
  { scale }: WideTask,
  dimensions: readonly Dimension[],
  wished: Readonly<Record<string, Level>>,
): Readonly<Record<string, Level>> {
  const factor = Math.sqrt(scale / BASE_SCALE);
  const config: Record<string, Level> = {};
  for (const dimension of dimensions) {
    if (!isOpen(dimension, config)) continue;
    const { name, role, levels } = dimension;
    const wish = wished[name] ?? levels[0] ?? 0;
    config[name] = nearest(dimension, role === 'width' && typeof wish === 'number' && wish >= 4 ? wish * factor : wish);
  }
  return config;
}
