/** What the host says of a search as it is typed, and of its levels, for the form. */
import type { LevelsRow } from '../../bridge/words/levels-text.ts';
import type { PreviewView } from '../../bridge/schemas/records.ts';
import type { WorkbenchError } from '../../core/errors.ts';
import { LEVELS } from './form-model.ts';
import type { Choice } from './form-model.ts';

/** One of both. */
export interface SearchAnswer {
  readonly preview: PreviewView | undefined;
  readonly refused: WorkbenchError | undefined;
}

/** Dimensions of which somebody may give levels: `resnet.width2`, with those that it has now. */
export const levelChoices = (levels: NonNullable<PreviewView['levels']>): readonly Choice[] =>
  levels.flatMap(({ family, title, dimensions }) =>
    dimensions.map((one) => ({
      ...{ value: `${family}.${one.name}`, title: `${title}: ${one.title}` },
      note: one.levels.join(', '),
    })),
  );

/** The field of a form that a fault of the host belongs to: own levels are one, whatever dimension
 * is named. */
export const formField = (place: string | undefined): string | undefined =>
  place?.startsWith(`${LEVELS}.`) === true ? LEVELS : place;

/** The row that a fault is about; every one where it names none. */
export const isAbout = ({ key }: LevelsRow, fault: string | undefined): boolean =>
  fault !== undefined && (fault.includes(`${LEVELS}.${key}`) || !fault.includes(`${LEVELS}.`));
