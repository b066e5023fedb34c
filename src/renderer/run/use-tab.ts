/** What the tabs of a run that draw its students have in common: names and colours, which students
 * are marked, and the one that is picked. */
import { computed } from 'vue';
import type { Ref } from 'vue';
import type { RunSummaryView } from '../../bridge/schemas/records.ts';
import { trainingsOf } from '../../core/budget.ts';
import type { Trial } from '../../core/records/trial.ts';
import { useKind } from '../kinds.ts';
import { useCatalog } from '../stores/catalog.ts';
import { usePins } from '../stores/pins.ts';
import { useTheme } from '../theme.ts';

export interface TabProps {
  readonly summary: RunSummaryView;
  readonly trials: readonly Trial[];
}

export function useTab(props: TabProps, selected: Readonly<Ref<string | undefined>>) {
  const pins = usePins();
  const config = computed(() => props.summary.run.config);
  return {
    ...{ catalog: useCatalog(), theme: useTheme().theme, config },
    ...{ kind: useKind(() => config.value.dataset).kind },
    budget: computed(() => trainingsOf(config.value)),
    marked: computed(() => ({ selected: selected.value, pinned: pins.ids })),
    picked: computed(() => props.trials.find(({ id }) => id === selected.value)),
  };
}
