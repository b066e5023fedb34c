import type { StrategyView } from '../../bridge/schemas/records.ts';
import type { SearchConfig } from '../../core/records/run.ts';

/** The parts of a run, in the order of their tabs; each is the last step of the run's address. */
export const RUN_TABS = [
  { id: 'students', title: 'Students' },
  { id: 'front', title: 'Front' },
  { id: 'trials', title: 'Trials' },
  { id: 'parameters', title: 'Parameters' },
  { id: 'curves', title: 'Curves' },
  { id: 'supernet', title: 'Supernet' },
  { id: 'hypervolume', title: 'Hypervolume' },
  { id: 'families', title: 'Families' },
  { id: 'regions', title: 'Regions' },
  { id: 'predictions', title: 'Predictions' },
  { id: 'log', title: 'Log' },
  { id: 'setup', title: 'Set-up' },
  { id: 'notes', title: 'Notes' },
] as const;

export type RunTab = (typeof RUN_TABS)[number]['id'];

/** The parts that a run has: students over their seeds where it was given some, and of what not
 * every search can show that which its own does. `strategy`: absent where it is not known, or not
 * yet; then all is there but the network of all students, which few searches have. */
export function tabsOf(
  { students, strategy: { options } }: Pick<SearchConfig, 'students' | 'strategy'>,
  strategy: Pick<StrategyView, 'shows' | 'needs'> | undefined,
): readonly (typeof RUN_TABS)[number][] {
  return RUN_TABS.filter(({ id }) => {
    if (id === 'students') return students !== undefined;
    if (id === 'supernet') return students === undefined && (strategy?.needs?.includes(id) ?? false);
    if (id !== 'regions' && id !== 'predictions') return true;
    if (students !== undefined) return false;
    return strategy?.shows === undefined || (strategy.shows.includes(id) && options[id] !== false);
  });
}
