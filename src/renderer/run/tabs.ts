/** The parts of a run, in the order of their tabs; each is the last step of the run's address. */
export const RUN_TABS = [
  { id: 'front', title: 'Front' },
  { id: 'trials', title: 'Trials' },
  { id: 'parameters', title: 'Parameters' },
  { id: 'curves', title: 'Curves' },
  { id: 'hypervolume', title: 'Hypervolume' },
  { id: 'families', title: 'Families' },
  { id: 'regions', title: 'Regions' },
  { id: 'predictions', title: 'Predictions' },
  { id: 'notes', title: 'Notes' },
] as const;

export type RunTab = (typeof RUN_TABS)[number]['id'];
