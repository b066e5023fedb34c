/** Follows what the person does, and shows the steps by itself to a newcomer alone. Called once, by
 * the window's frame. */
import { storeToRefs } from 'pinia';
import { computed, watch } from 'vue';
import { useRoute } from 'vue-router';
import { useCommand } from '../commands/registry.ts';
import { useGuide } from '../stores/guide.ts';
import { useLive } from '../stores/live.ts';
import { usePins } from '../stores/pins.ts';
import { useRecords } from '../stores/records.ts';
import { isForNewcomer, stepsDone } from './steps.ts';

export function useGuideProgress(): void {
  const guide = useGuide();
  const route = useRoute();
  const { ids } = storeToRefs(usePins());
  const { records, total } = storeToRefs(useRecords());
  const { synced } = storeToRefs(useLive());

  watch(
    synced,
    (now) => {
      if (now && guide.isUndecided) guide.show(isForNewcomer(total.value));
    },
    { immediate: true },
  );

  const done = computed(() =>
    stepsDone({
      runs: [...records.value.runs.values()].map(({ run, score }) => ({
        ...{ id: run.id, state: run.state, frontSize: score.frontSize },
      })),
      pins: ids.value.length,
      route: { name: route.name, id: String(route.params['id'] ?? ''), tab: String(route.params['tab'] ?? '') },
    }),
  );
  watch([done, () => guide.isShown], () => guide.tick(...done.value), { immediate: true });

  useCommand('guide.toggle', {
    title: () => (guide.isShown ? 'Hide the first steps' : 'Show the first steps'),
    run: () => guide.show(!guide.isShown),
  });
}
