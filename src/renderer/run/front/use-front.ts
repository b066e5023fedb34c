/** What the front shows, from records and from how the person looks at it. */
import { computed } from 'vue';
import type { Ref } from 'vue';
import type { RunSummaryView, TeacherView } from '../../../bridge/schemas/records.ts';
import type { Trial } from '../../../core/records/trial.ts';
import { frontChart } from '../../charts/front/front.ts';
import { frontPoints } from '../../charts/front/points.ts';
import { hypervolumeChart } from '../../charts/hypervolume.ts';
import { useCatalog } from '../../stores/catalog.ts';
import type { FrontLook } from '../../stores/front-look.ts';
import { useFrontLook } from '../../stores/front-look.ts';
import { usePins } from '../../stores/pins.ts';
import { useRecords } from '../../stores/records.ts';
import { useSelection } from '../../stores/selection.ts';
import { useTheme } from '../../theme.ts';
import { costTraded, metricsThere } from '../../trial-metrics.ts';
import { hypervolumeInput } from './hypervolume-input.ts';
import { useOtherRuns } from './use-other-runs.ts';

export function useFront(
  summary: Readonly<Ref<RunSummaryView>>,
  trials: Readonly<Ref<readonly Trial[]>>,
  teacher: Readonly<Ref<TeacherView | undefined>>,
  selected: Readonly<Ref<string | undefined>>,
) {
  const [catalog, pins, selection, looks, records] = [
    useCatalog(),
    usePins(),
    useSelection(),
    useFrontLook(),
    useRecords(),
  ];
  const { theme } = useTheme();
  const runId = computed(() => summary.value.run.id);

  const look = computed<FrontLook>({
    get: () => looks.of(runId.value) ?? initialLook(summary.value),
    set: (next) => looks.set(runId.value, next),
  });
  const metrics = computed(() => metricsThere(trials.value));
  const finished = computed(() => trials.value.reduce((sum, { state }) => sum + (state === 'finished' ? 1 : 0), 0));
  const after = computed(() =>
    look.value.after === undefined || look.value.after >= finished.value ? undefined : look.value.after,
  );
  const limits = computed(() => summary.value.run.config.limits);
  const plane = computed(() => ({ x: look.value.x, y: look.value.y, limits: limits.value }));
  const points = computed(() => frontPoints(trials.value, plane.value, after.value));
  const others = useOtherRuns(
    () => summary.value,
    () => look.value.others,
  );

  const chart = computed(() => {
    const { x, y, isLogX, isLogY, colour } = look.value;
    return frontChart(
      {
        ...{ trials: trials.value, x, y, colour, limits: limits.value, titles: catalog },
        ...(isLogX !== undefined && { isLogX }),
        ...(isLogY !== undefined && { isLogY }),
        ...{ after: after.value, others: others.others.value },
        ...{ selected: selected.value, pinned: pins.ids, brushed: selection.of(runId.value) },
        ...(teacher.value && {
          teacher: { ...teacher.value, accuracy: teacher.value.validationAccuracy },
        }),
      },
      theme.value,
    );
  });
  const history = computed(() =>
    hypervolumeChart(
      { ...hypervolumeInput(summary.value, others.others.value), after: after.value, isSmall: true },
      theme.value,
    ),
  );

  /** Of this run, or of one beside it. */
  const picked = computed(() => {
    const all = [trials.value, ...others.others.value.map((other) => other.trials)];
    for (const some of all) {
      const found = some.find(({ id }) => id === selected.value);
      if (found) return found;
    }
    return undefined;
  });
  const config = computed(() => records.runOf(picked.value?.runId ?? '')?.run.config ?? summary.value.run.config);

  const moment = computed(() => after.value ?? finished.value);
  return { look, metrics, finished, moment, points, others, chart, history, picked, config };
}

export function initialLook({ run }: RunSummaryView): FrontLook {
  return {
    ...{ x: costTraded(run.config), y: 'accuracy' },
    ...{ isLogX: undefined, isLogY: undefined, colour: undefined, after: undefined, others: [] },
  };
}
