/** What a student family is: its space and its builder for any input; `registry.ts` binds it to one
 * data set. */
import { WorkbenchError } from '../../errors.ts';
import type { DatasetCard } from '../../records/dataset-card.ts';
import type { Example } from '../../records/example.ts';
import type { Configuration, Dimension, Family, Role } from '../../space/space.ts';
import type { ArchitectureGraph, Shape } from '../graph.ts';

/** Input `[height,width,channels]` and number of classes of the data set that a student is for. */
export interface StudentTask {
  readonly inputShape: Shape;
  readonly classes: number;
  /** Absent: an image. */
  readonly example?: Example;
}

/** What of a data set's card says what its students are for. */
export type TaskCard = Pick<DatasetCard, 'classes' | 'example'> & { readonly shape: Shape };

export const taskOf = ({ shape, classes, example }: TaskCard): StudentTask => ({
  inputShape: shape,
  classes: classes.length,
  ...(example && { example }),
});

export interface StudentFamilyDefinition extends Pick<
  Family,
  'title' | 'dimensions' | 'supernet' | 'representative' | 'grows' | 'unread'
> {
  readonly name: string;
  /** Whose design it is, for the workbench. */
  readonly source: string;
  /** The paper's own student, scaled down to the space. */
  readonly reference: Configuration;
  readonly isLegal?: (config: Configuration) => boolean;
  readonly build: (config: Configuration) => ArchitectureGraph;
}

/** A family bound to a task. */
export interface StudentFamily extends Family {
  readonly source: string;
  readonly reference: Configuration;
  readonly build: (config: Configuration) => ArchitectureGraph;
}

/** A dimension whose levels stand in their order. */
export function ordinal(name: string, title: string, role: Role, levels: readonly number[]): Dimension {
  return { name, title, role, type: 'ordinal', levels };
}

/** The level of an active numeric dimension. Throws `graph.invalid`: candidates are validated
 * before they are built. */
export function numberLevel(config: Configuration, dimension: string): number {
  const level = config[dimension];
  if (typeof level === 'number') return level;
  throw new WorkbenchError('graph.invalid', `"${dimension}" must be a number here, not ${JSON.stringify(level)}.`);
}

/** The level of an active dimension whose levels are `levels`. Throws `graph.invalid` as
 * `numberLevel` does. */
export function textLevel<L extends string>(config: Configuration, dimension: string, levels: readonly L[]): L {
  const level = levels.find((one) => one === config[dimension]);
  if (level !== undefined) return level;
  const found = JSON.stringify(config[dimension]);
  throw new WorkbenchError('graph.invalid', `"${dimension}" must be one of ${levels.join(', ')} here, not ${found}.`);
}

/** Longer side of the input in pixels. */
function sideOf(inputShape: Shape): number {
  return Math.max(inputShape[0] ?? 1, inputShape[1] ?? 1);
}

/** Stride of a 3x3 stem after which the longer side is 9 to 16 pixels for inputs of 9 to 64 (14 for
 * 28x28). */
export function stemStride(inputShape: Shape): number {
  const side = sideOf(inputShape);
  if (side <= 16) return 1;
  return side <= 32 ? 2 : 4;
}

/**
 * Two or more patch sizes: those that divide the input into 4 to 8 patches along its longer side (4
 * and 7 pixels for 28x28); where fewer than two do, those nearest to 7 and to 4 patches, the last
 * ones filled up with zeros.
 */
export function patchSizes(inputShape: Shape): readonly number[] {
  const side = sideOf(inputShape);
  const candidates = Array.from({ length: side }, (_, index) => index + 1);
  const dividing = candidates.filter(
    (patch) => inputShape.slice(0, 2).every((length) => length % patch === 0) && side / patch >= 4 && side / patch <= 8,
  );
  if (dividing.length >= 2) return dividing;
  const filledUp = [Math.ceil(side / 7), Math.ceil(side / 4)];
  return [...new Set([...dividing, ...filledUp])].sort((left, right) => left - right);
}
