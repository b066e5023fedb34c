/**
 * Generators as E2GAN builds them (ECCV 2020), after AutoGAN's cells: each doubles the side of its
 * maps, from 4 on, by choices of five kinds. A cell may add what earlier ones gave, which are so
 * many choices more.
 *
 * An action is a cell, all its choices together: 36 of the first, 72 of the second, 144 of the
 * third. They are numbered alike in every cell, so that those of a later cell begin with those of
 * the one before.
 */
import type { Family, Level } from '../space/space.ts';

/** Side of the maps before the first cell. */
export const FIRST_SIDE = 4;
export const MOST_CELLS = 3;

export const ORDERS = ['pre', 'post'] as const;
export const NORMS = ['none', 'batch', 'instance'] as const;
export const UPSAMPLINGS = ['bilinear', 'nearest', 'deconvolution'] as const;

export interface Cell {
  /** Norm and activation before each convolution, or behind it. */
  readonly order: (typeof ORDERS)[number];
  readonly norm: (typeof NORMS)[number];
  readonly upsampling: (typeof UPSAMPLINGS)[number];
  readonly shortcut: boolean;
  /** Of each earlier cell, whether its maps are added. */
  readonly skips: readonly boolean[];
}

/** Side of the images that a generator of so many cells makes. */
export const sideOf = (cells: number): number => FIRST_SIDE * 2 ** cells;

/** Without skips. */
const PLAIN = ORDERS.length * NORMS.length * UPSAMPLINGS.length * 2;

/** That a cell can be: the actions below this. `cell` from 0. */
export const actionsOf = (cell: number): number => PLAIN * 2 ** cell;

/** Throws a RangeError for an action that is none of this cell. */
export function cellOf(cell: number, action: number): Cell {
  if (!(Number.isInteger(action) && action >= 0 && action < actionsOf(cell))) {
    throw new RangeError(`cellOf: ${action} is no action of cell ${cell}`);
  }
  const [plain, bits] = [action % PLAIN, Math.floor(action / PLAIN)];
  return {
    shortcut: plain % 2 === 1,
    upsampling: UPSAMPLINGS[Math.floor(plain / 2) % 3]!,
    norm: NORMS[Math.floor(plain / 6) % 3]!,
    order: ORDERS[Math.floor(plain / 18)]!,
    skips: Array.from({ length: cell }, (_, earlier) => (bits >> earlier) % 2 === 1),
  };
}

export function actionOf({ order, norm, upsampling, shortcut, skips }: Cell): number {
  const plain =
    18 * ORDERS.indexOf(order) + 6 * NORMS.indexOf(norm) + 2 * UPSAMPLINGS.indexOf(upsampling) + Number(shortcut);
  return plain + PLAIN * skips.reduce((bits, skip, earlier) => bits + Number(skip) * 2 ** earlier, 0);
}

/** The same choices as a family, a dimension each: what a policy writes token by token. */
export function generatorFamily(cells: number): Family {
  const dimensions = Array.from({ length: cells }, (_, cell) => {
    const of = (name: string, levels: readonly Level[]) => ({
      ...{ name: `${name}${cell}`, title: `${name} of cell ${cell}`, role: 'other' as const },
      ...{ type: 'categorical' as const, levels },
    });
    const skips = Array.from({ length: cell }, (_, earlier) => of(`skip${earlier}-`, [false, true]));
    return [
      of('order', ORDERS),
      of('norm', NORMS),
      of('upsampling', UPSAMPLINGS),
      of('shortcut', [false, true]),
      ...skips,
    ];
  });
  return { name: 'generator', title: 'Generator', dimensions: dimensions.flat(), costs: () => ({}) };
}

/** Choices of a family's member, cell by cell. */
export function cellsIn(cells: number, config: Readonly<Record<string, Level>>): readonly Cell[] {
  return Array.from({ length: cells }, (_, cell): Cell => {
    const pick = <T extends Level>(name: string, levels: readonly T[]): T =>
      levels.find((level) => level === config[`${name}${cell}`]) ?? levels[0]!;
    return {
      ...{ order: pick('order', ORDERS), norm: pick('norm', NORMS), upsampling: pick('upsampling', UPSAMPLINGS) },
      shortcut: config[`shortcut${cell}`] === true,
      skips: Array.from({ length: cell }, (_, earlier) => config[`skip${earlier}-${cell}`] === true),
    };
  });
}

/** The member of the family that these actions are. */
export function configOf(actions: readonly number[]): Readonly<Record<string, Level>> {
  return Object.fromEntries(
    actions.flatMap((action, cell) => {
      const { skips, ...choices } = cellOf(cell, action);
      const own = Object.entries(choices).map(([name, level]) => [`${name}${cell}`, level] as const);
      return [...own, ...skips.map((skip, earlier) => [`skip${earlier}-${cell}`, skip] as const)];
    }),
  );
}
