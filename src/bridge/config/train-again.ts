/** A run that trains students of another once more: for longer, and with several seeds
 * (docs/trade.md, step 8). */
import type { Run } from '../../core/records/run.ts';
import { candidateKey } from '../../core/space/candidate-key.ts';
import { listed } from '../../core/strategies/listed.ts';
import type { Trial } from '../../core/records/trial.ts';
import { inputOf } from './config-input.ts';
import { MOST_SEEDS } from './expand-config.ts';
import { searchInputSchema } from '../schemas/records.ts';
import type { ParsedSearchInput } from '../schemas/records.ts';
import { MOST_EPOCHS } from '../../core/records/recipe.ts';
import { z } from '../../core/records/zod.ts';

/** What the form proposes. [R]: three seeds show a spread, and a schedule of four times the
 * search's is mostly enough. */
export const TRAIN_AGAIN = Object.freeze({ students: 3, seeds: 3, schedule: 4 });

export const trainAgainSchema = z.strictObject({
  name: searchInputSchema.shape.name,
  seeds: z.int().min(1).max(MOST_SEEDS).default(TRAIN_AGAIN.seeds).describe('Each with a seed of its own'),
  epochs: z.int().min(1).max(MOST_EPOCHS).describe('Schedule of each training'),
  from: z.enum(['chance', 'searched']).default('chance').describe('Before the first step'),
});

export type TrainAgain = z.output<typeof trainAgainSchema>;

export const proposedAgain = ({ name, config }: Pick<Run, 'name' | 'config'>): TrainAgain => ({
  name: `${name.slice(0, 100)}: winners`,
  seeds: TRAIN_AGAIN.seeds,
  epochs: Math.min(MOST_EPOCHS, TRAIN_AGAIN.schedule * config.recipe.epochs),
  from: 'chance',
});

/** The run's own settings but for its schedule, and with seeds of its own. Throws `ZodError` as
 * `inputOf` does. */
export function trainAgainInput(
  { id, config }: Pick<Run, 'id' | 'config'>,
  trials: readonly Pick<Trial, 'candidate'>[],
  { name, seeds, epochs, from = 'chance' }: Omit<TrainAgain, 'from'> & Partial<TrainAgain>,
): ParsedSearchInput {
  const { recipe, ...rest } = inputOf(config);
  const { seconds: _, ...schedule } = recipe;
  const levels = config.space?.kind === 'wide' ? config.space.levels : undefined;
  const students = new Map(trials.map(({ candidate }) => [candidateKey(candidate), candidate]));
  return {
    ...rest,
    name,
    strategy: { id: listed.id, options: { seeds, ...(from !== 'chance' && { from }) } },
    students: [...students.values()],
    studentsFrom: id,
    // The students are members of the space as it was.
    ...(levels && { levels }),
    transferFrom: [],
    prior: 'none',
    recipe: { ...schedule, epochs },
    seed: (config.seed + 1) >>> 0,
  };
}
