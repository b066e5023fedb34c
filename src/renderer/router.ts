/** Routes, each view a chunk of its own. Hash addresses work on a file-like scheme and on any
 * server alike. */
import { createRouter, createWebHashHistory } from 'vue-router';
import type { Router, RouteRecordRaw } from 'vue-router';
import { RUN_TABS } from './run/tabs.ts';

const ROUTES = [
  { path: '/', name: 'experiments', component: () => import('./views/ExperimentsView.vue') },
  { path: '/new', name: 'new-run', component: () => import('./views/NewRunView.vue') },
  {
    path: `/runs/:id/:tab(${RUN_TABS.map(({ id }) => id).join('|')})?`,
    name: 'run',
    component: () => import('./views/RunView.vue'),
    props: true,
  },
  { path: '/students/:id', name: 'student', component: () => import('./views/StudentView.vue'), props: true },
  { path: '/trash', name: 'trash', component: () => import('./views/TrashView.vue') },
  { path: '/front', name: 'all-front', component: () => import('./views/AllFrontView.vue') },
  { path: '/compare', name: 'compare', component: () => import('./views/CompareView.vue') },
  { path: '/teachers', name: 'teachers', component: () => import('./views/TeachersView.vue') },
  { path: '/teachers/:name', name: 'teacher', component: () => import('./views/TeacherView.vue'), props: true },
  { path: '/datasets', name: 'datasets', component: () => import('./views/DatasetsView.vue') },
  { path: '/datasets/:name', name: 'dataset', component: () => import('./views/DatasetView.vue'), props: true },
  { path: '/strategies', name: 'strategies', component: () => import('./views/StrategiesView.vue') },
  { path: '/settings', name: 'settings', component: () => import('./views/SettingsView.vue') },
  { path: '/:rest(.*)*', name: 'missing', component: () => import('./views/MissingView.vue') },
] as const satisfies readonly RouteRecordRaw[];

export type RouteName = (typeof ROUTES)[number]['name'];

export function createWorkbenchRouter(): Router {
  return createRouter({ history: createWebHashHistory(), routes: ROUTES });
}

export const testing = { ROUTES };
