/** What the fields of a search can be, as far as the catalog and the words know it. */
import { SHIPPED_TABLE } from '../../bridge/words/prior-words.ts';
import { kindOfFound } from '../../core/data-kinds.ts';
import { LATENCY_BATCHES, LATENCY_ENGINES } from '../../core/latency.ts';
import { REWARD_COSTS } from '../../core/objective.ts';
import { LOSS_TITLES } from '../../core/records/distillation.ts';
import { formatExact } from '../format.ts';
import type { useCatalog } from '../stores/catalog.ts';
import { engineTitle, metricTitle } from '../words.ts';
import { teacherChoices } from './teacher-choice.ts';
import type { Choice } from './form-model.ts';

/** By path of the field; `teacher`: the chosen one; `isWide`: the space. A list is empty while the
 * catalog is not here yet. */
export function searchChoices(
  catalog: ReturnType<typeof useCatalog>,
  dataset: string,
  teacher: string,
  { isWide = false, begins = false }: { readonly isWide?: boolean; readonly begins?: boolean } = {},
): Readonly<Record<string, readonly Choice[]>> {
  const { noun } = kindOfFound(catalog.datasetOf(dataset));
  return {
    dataset: catalog.datasets.map(({ name, title }) => ({ value: name, title })),
    teacher: teacherChoices(catalog.teachers, dataset, teacher, begins),
    families: catalog.familiesOf(dataset).map(({ name, title, students }) => ({
      value: name,
      title,
      // Of wide spaces the preview tells: they hang on limits, teacher and levels.
      ...(!isWide && { note: `${formatExact(students)} students` }),
    })),
    space: [
      { value: 'wide', title: 'Free in each stage or block' },
      { value: 'compact', title: 'Few, for whole networks' },
    ],
    'strategy.id': catalog.strategies.map(({ id, title }) => ({ value: id, title })),
    prior: [
      { value: 'none', title: 'Nothing' },
      { value: 'shipped', title: `Results on ${SHIPPED_TABLE.datasetTitle}` },
    ],
    objectives: ['accuracy', 'params', 'macs', 'latencyMs', 'reward'].map((value) => ({
      value,
      title: metricTitle(value, noun),
    })),
    'reward.cost': REWARD_COSTS.map((value) => ({ value, title: metricTitle(value, noun) })),
    'latency.engine': LATENCY_ENGINES.map((value) => ({ value, title: engineTitle(value) })),
    'latency.batch': LATENCY_BATCHES.map((batch) => ({ value: String(batch), title: String(batch) })),
    'recipe.optimizer': [
      { value: 'sgd', title: 'SGD with momentum' },
      { value: 'adamw', title: 'AdamW' },
    ],
    'recipe.schedule': [
      { value: 'cosine', title: 'Half a cosine' },
      { value: 'step', title: 'Falls at milestones' },
      { value: 'constant', title: 'Constant' },
    ],
    'recipe.trains': [
      { value: '', title: 'The whole network' },
      { value: 'head', title: 'Its head alone' },
    ],
    'checkpoints.keep': [
      { value: 'best-and-last', title: 'Best and last epoch' },
      { value: 'last', title: 'Last epoch' },
      { value: 'front', title: 'Students on the front' },
    ],
    'recipe.distillation.loss': Object.entries(LOSS_TITLES).map(([value, title]) => ({ value, title })),
  };
}
