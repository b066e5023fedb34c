/** Routes, each view a chunk of its own. Hash addresses work on a file-like scheme and on any
 * server alike. */
import { createRouter, createWebHashHistory } from 'vue-router';
import type { RouteComponent, Router } from 'vue-router';
import type { ViewId } from '../bridge/commands.ts';
import type { IconName } from './components/icons.ts';
import { RUN_TABS } from './run/tabs.ts';

declare module 'vue-router' {
  interface RouteMeta {
    readonly icon?: IconName;
    readonly title?: string;
  }
}

type View = () => Promise<RouteComponent>;

/** The rail lists it, under its title in `VIEWS`. */
const inRail = <N extends ViewId>(name: N, path: string, icon: IconName, component: View) => ({
  ...{ name, path, component, meta: { icon } },
});

/** The rail does not list it; what its address names are its props. */
const beside = <N extends string>(name: N, path: string, title: string, component: View) => ({
  ...{ name, path, component, meta: { title }, props: true },
});

const TABS = RUN_TABS.map(({ id }) => id).join('|');
const ROUTES = [
  inRail('experiments', '/', 'list', () => import('./views/ExperimentsView.vue')),
  inRail('new-run', '/new', 'plus', () => import('./views/NewRunView.vue')),
  beside('run', `/runs/:id/:tab(${TABS})?`, 'Run', () => import('./views/RunView.vue')),
  beside('student', '/students/:id', 'Student', () => import('./views/StudentView.vue')),
  beside('run-table', '/table', 'Table of runs', () => import('./views/RunTableView.vue')),
  beside('trash', '/trash', 'Trash', () => import('./views/TrashView.vue')),
  inRail('all-front', '/front', 'front', () => import('./views/AllFrontView.vue')),
  inRail('compare', '/compare', 'compare', () => import('./views/CompareView.vue')),
  inRail('teachers', '/teachers', 'teacher', () => import('./views/TeachersView.vue')),
  beside('teacher', '/teachers/:name', 'Teacher', () => import('./views/TeacherView.vue')),
  inRail('datasets', '/datasets', 'images', () => import('./views/DatasetsView.vue')),
  beside('dataset', '/datasets/:name', 'Data set', () => import('./views/DatasetView.vue')),
  inRail('strategies', '/strategies', 'chart', () => import('./views/StrategiesView.vue')),
  inRail('generators', '/generators', 'generator', () => import('./views/GeneratorsView.vue')),
  inRail('settings', '/settings', 'settings', () => import('./views/SettingsView.vue')),
  { ...beside('missing', '/:rest(.*)*', 'Nothing here', () => import('./views/MissingView.vue')), props: false },
] as const;

export function createWorkbenchRouter(): Router {
  return createRouter({ history: createWebHashHistory(), routes: ROUTES });
}

export const testing = { ROUTES };
