import type { SearchConfig } from '../../core/records/run.ts';

/** The parts of a run, in the order of their tabs; each is the last step of the run's address. */
export const RUN_TABS = [
  { id: 'students', title: 'Students' },
  { id: 'front', title: 'Front' },
  { id: 'trials', title: 'Trials' },
  { id: 'parameters', title: 'Parameters' },
  { id: 'curves', title: 'Curves' },
  { id: 'hypervolume', title: 'Hypervolume' },
  { id: 'families', title: 'Families' },
  { id: 'regions', title: 'Regions' },
  { id: 'predictions', title: 'Predictions' },
  { id: 'log', title: 'Log' },
  { id: 'setup', title: 'Set-up' },
  { id: 'notes', title: 'Notes' },
] as const;

/** The parts that a run has: students over their seeds where it was given some, what only a search
 * has where it was one. */
export const tabsOf = ({ students }: Pick<SearchConfig, 'students'>): readonly (typeof RUN_TABS)[number][] =>
  RUN_TABS.filter(({ id }) => (students ? id !== 'regions' && id !== 'predictions' : id !== 'students'));

export type RunTab = (typeof RUN_TABS)[number]['id'];
