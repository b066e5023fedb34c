/** Starts the window: theme, connection (before the router, for the address carries a token),
 * stores, first view. */
import { createPinia, setActivePinia } from 'pinia';
import { createApp } from 'vue';
import { connectToHost } from '../bridge/connect.ts';
import { toWorkbenchError } from '../bridge/errors.ts';
import { installClient } from './api.ts';
import App from './App.vue';
import './tokens.css';
import './base.css';
import './layout.css';
import './overlays.css';
import { createWorkbenchRouter } from './router.ts';
import BareScreen from './shell/BareScreen.vue';
import { useLive } from './stores/live.ts';
import { installAppearance } from './theme.ts';

/** The view that a window opens on comes while the connection is made, not after it; the router
 * tells where it does not. */
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
    const connection = await connectToHost();
    installClient(connection.client);
    const app = createApp(App).use(pinia).use(createWorkbenchRouter());
    void useLive().follow(connection);
    app.mount('#app');
  } catch (error) {
    const title = 'The workbench cannot be reached from this page';
    createApp(BareScreen, { title, words: toWorkbenchError(error).message }).mount('#app');
  }
}

void start();
