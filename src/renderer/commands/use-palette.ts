/** What the palette finds: commands and views at once, runs and students as the host answers. */
import { computed, shallowRef, watch } from 'vue';
import { useRouter } from 'vue-router';
import { COMMANDS } from '../../bridge/commands.ts';
import { toWorkbenchError } from '../../bridge/errors.ts';
import type { RunSummaryView } from '../../bridge/schemas/records.ts';
import { useClient } from '../api.ts';
import { formatPercent } from '../format.ts';
import { tabsOf } from '../run/tabs.ts';
import { useCatalog } from '../stores/catalog.ts';
import { RUN_STATES, trialTitle } from '../words.ts';
import { runHere } from './here.ts';
import type { PaletteEntry, PaletteGroup } from './palette-entries.ts';
import { findEntries, findOtherwise, studentAsked } from './palette-entries.ts';
import type { LiveCommand } from './registry.ts';
import { liveCommands } from './registry.ts';

const MOST_RUNS = 8;
/** Runs that are asked for the student of a number. */
const MOST_ASKED = 4;

/** `typed` is what stands in the palette's field; undefined while it is closed. */
export function usePalette(typed: () => string | undefined) {
  const router = useRouter();
  const client = useClient();
  const catalog = useCatalog();
  const runs = shallowRef<readonly PaletteEntry[]>([]);
  const students = shallowRef<readonly PaletteEntry[]>([]);
  const failure = shallowRef<string>();

  watch(typed, (text) => void (text === undefined ? forget() : ask(text)));

  function forget(): void {
    [runs.value, students.value, failure.value] = [[], [], undefined];
  }

  async function ask(text: string): Promise<void> {
    try {
      const asked = studentAsked(text);
      const [found, numbered] = await Promise.all([listRuns(text), asked ? listStudents(asked) : []]);
      // An answer to an earlier question is dropped.
      if (typed() !== text) return;
      runs.value = found.map(runEntry);
      students.value = numbered;
      failure.value = undefined;
    } catch (error) {
      if (typed() === text) failure.value = toWorkbenchError(error).message;
    }
  }

  async function listRuns(name: string, limit = MOST_RUNS): Promise<readonly RunSummaryView[]> {
    const search = name.trim().slice(0, 200);
    return (await client.runs.list({ limit, ...(search === '' ? {} : { search }) })).rows;
  }

  /** Of the run in the window first, then of the newest whose name fits. */
  async function listStudents(asked: { number: number; runName: string }): Promise<readonly PaletteEntry[]> {
    const listed = (await listRuns(asked.runName, MOST_ASKED)).map(({ run }) => run);
    const here = asked.runName === '' && runHere.value ? [runHere.value] : [];
    const searched = [...here, ...listed.filter(({ id }) => id !== here[0]?.id)].slice(0, MOST_ASKED);
    const pages = await Promise.all(
      searched.map(({ id }) => client.runs.trials({ id, offset: asked.number - 1, limit: 1 })),
    );
    return pages.flatMap((page, index): PaletteEntry[] => {
      const [trial] = page;
      if (trial === undefined || trial.number !== asked.number - 1) return [];
      const family = catalog.familyTitle(trial.candidate.family);
      const detail = `${family}, ${formatPercent(trial.metrics['accuracy'])} · ${searched[index]?.name ?? ''}`;
      return [{ key: trial.id, title: trialTitle(trial), detail, run: () => router.push(`/students/${trial.id}`) }];
    });
  }

  const runEntry = ({ run }: RunSummaryView): PaletteEntry => ({
    ...{ key: run.id, title: run.name, detail: RUN_STATES[run.state].label },
    run: () => router.push(`/runs/${run.id}`),
  });

  const tabs = computed((): readonly PaletteEntry[] => {
    const run = runHere.value;
    if (run === undefined) return [];
    return tabsOf(run.config, catalog.strategyOf(run.config.strategy.id)).map(({ id, title }) => ({
      ...{ key: `tab.${id}`, title, detail: run.name },
      run: () => router.push(`/runs/${run.id}/${id}`),
    }));
  });

  /** What the workbench keeps beside runs, and what is done in a view without a key of its own. */
  const places = computed((): readonly PaletteEntry[] => {
    const to = (path: string) => (): unknown => router.push(path);
    return [
      ...catalog.teachers.map(({ name, title }) => ({
        ...{ key: `teacher.${name}`, title, detail: 'Teacher', also: name, run: to(`/teachers/${name}`) },
      })),
      ...catalog.datasets.map(({ name, title }) => ({
        ...{ key: `dataset.${name}`, title, detail: 'Data set', also: name, run: to(`/datasets/${name}`) },
      })),
      ...DOINGS.map(({ title, path, also }) => ({ key: `doing.${title}`, title, also, run: to(path) })),
    ];
  });

  const groups = computed((): readonly PaletteGroup[] => {
    const text = typed() ?? '';
    const commands = liveCommands().filter(({ id }) => id !== 'palette.open');
    const views = commands.filter(isView).map(commandEntry);
    const actions = commands.filter((one) => !isView(one)).map(commandEntry);
    const groups = [
      { title: 'Students', entries: students.value },
      { title: 'Actions', entries: findEntries(actions, text) },
      { title: 'Views', entries: findEntries(views, text) },
      { title: 'Parts of the run', entries: findEntries(tabs.value, text) },
      // Too many to be offered to who has typed nothing.
      { title: 'Teachers, data sets and more', entries: text.trim() === '' ? [] : findEntries(places.value, text) },
      { title: text.trim() === '' ? 'Newest runs' : 'Runs', entries: runs.value },
      // Last: what bears the word itself was meant.
      { title: 'Perhaps', entries: findOtherwise([...actions, ...views, ...places.value], text) },
    ];
    return groups.filter(({ entries }) => entries.length > 0);
  });

  return { groups, failure };
}

const DOINGS = [
  { title: 'Import a data set', path: '/datasets', also: 'upload images folder photographs csv wav' },
  { title: 'Import a teacher', path: '/teachers', also: 'upload onnx logits network' },
  { title: 'Import or export runs', path: '/', also: 'archive .trade share move' },
  { title: 'Back the workspace up', path: '/settings', also: 'backup copy restore safe' },
  { title: 'Check and repair the workspace', path: '/settings', also: 'doctor damaged mend' },
  { title: 'Where trainings run', path: '/settings', also: 'cluster ray gpu cpu machine' },
  { title: 'Table of runs', path: '/table', also: 'compare settings seeds sweep csv spreadsheet' },
] as const;

const isView = ({ id }: LiveCommand): boolean => COMMANDS[id].group === 'views';

function commandEntry({ id, words, run }: LiveCommand): PaletteEntry {
  const { keys: all, also } = COMMANDS[id];
  const [keys] = all;
  return { key: id, title: words, run, ...(keys !== undefined && { keys }), ...(also !== undefined && { also }) };
}
