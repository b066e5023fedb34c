/** Starts the window: theme, connection (before the router, for the address carries a token), stores, first view. */
import { createPinia, setActivePinia } from 'pinia';
import { createApp } from 'vue';
import { connectToHost } from '../bridge/connect.ts';
import type { HostConnection } from '../bridge/connect.ts';
import { toWorkbenchError } from '../bridge/errors.ts';
import { installClient } from './api.ts';
import App from './App.vue';
import './tokens.css';
import './base.css';
import { createWorkbenchRouter } from './router.ts';
import RefusedScreen from './shell/RefusedScreen.vue';
import { useLive } from './stores/live.ts';
import { installAppearance } from './theme.ts';

async function connect(): Promise<HostConnection> {
  const mock = import.meta.env.DEV ? new URLSearchParams(location.search).get('mock') : null;
  if (mock === null) return connectToHost();
  const { mockHost } = await import('./gallery/mock-host.ts');
  return mockHost(mock === 'empty' ? 'empty' : 'full');
}

/** The view that a window opens on comes while the connection is made, not after it; the router tells where it does not. */
function fetchFirstView(): void {
  const isFirst = /^#?\/?(token=.*)?$/.test(location.hash);
  if (isFirst) import('./views/ExperimentsView.vue').catch(() => undefined);
}

async function start(): Promise<void> {
  const pinia = createPinia();
  setActivePinia(pinia);
  installAppearance();
  fetchFirstView();
  try {
    const connection = await connect();
    installClient(connection.client);
    const app = createApp(App).use(pinia).use(createWorkbenchRouter());
    void useLive().follow(connection);
    app.mount('#app');
  } catch (error) {
    createApp(RefusedScreen, { reason: toWorkbenchError(error).message }).mount('#app');
  }
}

void start();
