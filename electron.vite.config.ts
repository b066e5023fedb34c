/**
 * Builds the installed app: every entry that starts a process of its own, the one-file preload, and
 * the renderer that both shells serve. In a checkout the same entries run from source; the renderer
 * alone is always built.
 */
import { resolve } from 'node:path';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'electron-vite';
import { NONCE_PLACEHOLDER } from './src/bridge/csp.ts';

const at = (path: string): string => resolve(import.meta.dirname, path);

/** Each becomes `out/main/<name>.js`: the processes that start one another find them side by
 * side. */
const ENTRIES = {
  index: at('src/main/index.ts'),
  cli: at('src/cli/index.ts'),
  web: at('src/web/index.ts'),
  'trainer-process': at('src/compute/trainer-process.ts'),
  'importer-process': at('src/compute/importer-process.ts'),
  'strategy-worker': at('src/host/processes/strategy-worker.ts'),
  'store-worker': at('src/host/processes/store-worker.ts'),
  'ray-worker': at('src/host/executors/ray/ray-worker.ts'),
};

export default defineConfig({
  // Dependencies stay outside (electron-vite's default): native modules and tfjs find their files
  // in node_modules.
  main: {
    build: {
      // Optional, and so not among those that stay outside by themselves.
      externalizeDeps: { include: ['onnxruntime-node'] },
      rolldownOptions: {
        input: ENTRIES,
        output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  },
  // A sandboxed preload is one CommonJS file that requires `electron` alone.
  preload: {
    build: {
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: at('src/preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
      },
    },
  },
  renderer: {
    root: at('src/renderer'),
    plugins: [vue()],
    html: { cspNonce: NONCE_PLACEHOLDER },
    build: {
      minify: true,
      // Nothing travels: the charts' library is half a megabyte from the disk beside it.
      chunkSizeWarningLimit: 1000,
      // A data: font or script would be refused by the content security policy.
      assetsInlineLimit: 0,
      rolldownOptions: { input: at('src/renderer/index.html') },
    },
  },
});
