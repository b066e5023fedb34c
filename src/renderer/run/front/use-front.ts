/** What the front shows, from records and from how the person looks at it. */
import { computed } from 'vue';
import type { Ref } from 'vue';
import type { RunSummaryView, TeacherView } from '../../../bridge/schemas/records.ts';
import { frontChart } from '../../charts/front/front.ts';
import { frontPoints } from '../../charts/front/points.ts';
import { hypervolumeChart } from '../../charts/hypervolume.ts';
import type { FrontLook } from '../../stores/front-look.ts';
import { useFrontLook } from '../../stores/front-look.ts';
import { useRecords } from '../../stores/records.ts';
import { useSelection } from '../../stores/selection.ts';
import { costTraded, metricsThere } from '../../trial-metrics.ts';
import { useTab } from '../use-tab.ts';
import type { TabProps } from '../use-tab.ts';
import { hypervolumeInput } from './hypervolume-input.ts';
import { useOtherRuns } from './use-other-runs.ts';

export function useFront(
  props: TabProps & { readonly teacher: TeacherView | undefined },
  selected: Readonly<Ref<string | undefined>>,
) {
  const [selection, looks, records] = [useSelection(), useFrontLook(), useRecords()];
  const { catalog, kind, theme, config: own, marked } = useTab(props, selected);
  const runId = computed(() => props.summary.run.id);

  const look = computed<FrontLook>({
    get: () => looks.of(runId.value) ?? initialLook(props.summary),
    set: (next) => looks.set(runId.value, next),
  });
  const metrics = computed(() => metricsThere(props.trials));
  const finished = computed(() => props.trials.filter(({ state }) => state === 'finished').length);
  const after = computed(() =>
    look.value.after === undefined || look.value.after >= finished.value ? undefined : look.value.after,
  );
  const plane = computed(() => ({ x: look.value.x, y: look.value.y, limits: own.value.limits }));
  const points = computed(() => frontPoints(props.trials, plane.value, after.value));
  const others = useOtherRuns(
    () => props.summary,
    () => look.value.others,
  );

  const chart = computed(() => {
    const { isLogX, isLogY, colour, isWhole, window } = look.value;
    return frontChart(
      {
        ...{ trials: props.trials, ...plane.value, colour, titles: catalog, noun: kind.value.noun },
        ...(isLogX !== undefined && { isLogX }),
        ...(isLogY !== undefined && { isLogY }),
        ...{ isWhole, window },
        ...{ after: after.value, others: others.others.value },
        ...{ ...marked.value, brushed: selection.of(runId.value) },
        ...(props.teacher && { teacher: { ...props.teacher, accuracy: props.teacher.validationAccuracy } }),
      },
      theme.value,
    );
  });
  const history = computed(() =>
    hypervolumeChart(
      { ...hypervolumeInput(props.summary, others.others.value), after: after.value, isSmall: true },
      theme.value,
    ),
  );

  /** Of this run, or of one beside it. */
  const picked = computed(() => {
    const runs = [props, ...others.others.value];
    return runs.flatMap(({ trials }) => trials.find(({ id }) => id === selected.value) ?? [])[0];
  });
  const config = computed(() => records.runOf(picked.value?.runId ?? '')?.run.config ?? own.value);

  const moment = computed(() => after.value ?? finished.value);
  return { catalog, kind, look, metrics, finished, moment, points, others, chart, history, picked, config };
}

export function initialLook({ run }: RunSummaryView): FrontLook {
  return {
    ...{ x: costTraded(run.config), y: 'accuracy' },
    ...{ isLogX: undefined, isLogY: undefined, colour: undefined, after: undefined },
    ...{ isWhole: false, window: undefined, isAlone: false },
    ...{ over: 'epochs' in run.config.budget ? 'epochs' : 'students', others: [] },
  };
}
