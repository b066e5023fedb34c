/**
 * The import law: what each room of `src` may import. One table, read by dependency-cruiser's
 * configuration and by the test that breaks the law on purpose. `rooms` and `files` are our own
 * code (`*`: any name), `packages` npm packages (a trailing `/` means a whole scope),
 * `typePackages` those of which it may see the types only, `node` Node's built-in modules.
 */
export const IMPORT_LAW = Object.freeze({
  core: {
    rooms: [],
    files: [],
    packages: ['zod'],
    node: false,
    advice: 'core is pure: pass clock, chance and data in as arguments.',
  },
  bridge: {
    rooms: ['core'],
    files: [],
    packages: ['@orpc/contract', '@orpc/client', '@orpc/server'],
    node: false,
    advice: 'bridge is the treaty between processes: types, schemas and written forms only; services belong to host.',
  },
  compute: {
    rooms: ['core'],
    files: [],
    packages: ['@tensorflow/', '@bufbuild/protobuf', 'csv-parse', 'onnxruntime-node', 'sharp', 'yauzl'],
    node: true,
    advice:
      'compute runs in the trainer process: it is told what to do by compute/protocol.ts and compute/tasks, and ' +
      'knows no store and no host.',
  },
  store: {
    rooms: ['core'],
    files: [],
    packages: ['better-sqlite3'],
    node: true,
    advice: 'store keeps records: what to keep is decided by host.',
  },
  host: {
    rooms: ['core', 'bridge', 'store'],
    files: [
      ...['src/compute/protocol.ts', 'src/compute/tasks/tasks.ts', 'src/compute/tasks/*/task.ts'],
      ...['src/compute/tasks/inputs.ts', 'src/compute/tasks/outputs.ts', 'src/compute/tasks/travel.ts'],
    ],
    packages: ['@orpc/server', 'birpc', 'pino', 'yauzl', 'yazl'],
    typePackages: ['@orpc/contract', 'ws'],
    node: true,
    advice:
      'host knows neither tensors nor shells: order tasks of the trainer by compute/tasks/*/task.ts, take ' +
      'capabilities from the shell.',
  },
  cli: {
    rooms: ['core', 'bridge'],
    files: ['src/host/for-shells.ts'],
    packages: ['commander'],
    node: true,
    advice: 'the command line composes the host by host/for-shells.ts and uses its services, as the windows do.',
  },
  main: {
    rooms: ['bridge'],
    files: ['src/host/for-shells.ts'],
    packages: ['electron', '@orpc/server'],
    node: true,
    advice:
      'a shell composes the host by host/for-shells.ts and carries the bridge; what both shells need belongs to host.',
  },
  web: {
    rooms: ['bridge'],
    files: ['src/host/for-shells.ts'],
    packages: ['ws', '@orpc/server'],
    node: true,
    advice:
      'a shell composes the host by host/for-shells.ts and carries the bridge; what both shells need belongs to host.',
  },
  preload: {
    rooms: ['bridge'],
    files: [],
    packages: ['electron'],
    node: false,
    advice: 'a sandboxed preload has electron alone: hand the port over, do the work in main or in the renderer.',
  },
  renderer: {
    rooms: ['core', 'bridge'],
    files: [],
    packages: [
      ...['vue', 'pinia', 'vue-router', '@vueuse/core', 'echarts', 'reka-ui', '@dagrejs/dagre'],
      ...['@tanstack/vue-virtual', '@orpc/client', '@orpc/contract', 'tinykeys', 'markdown-it', 'dompurify'],
    ],
    typePackages: ['vite'],
    node: false,
    advice: 'the renderer knows core and bridge: ask for data through the bridge.',
  },
});
