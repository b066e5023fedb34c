/**
 * Breaks the import law on purpose, in a copy of the rooms with one small file each, and expects to
 * be refused: by dependency-cruiser always, by the compiler wherever a room's environment can tell.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IMPORT_LAW } from '../../scripts/import-law.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const rooms = Object.keys(IMPORT_LAW);

/** What the planted files may aim at; lawful, so the untouched copy passes. */
const LAWFUL: Readonly<Record<string, string>> = {
  ...Object.fromEntries(rooms.map((room) => [`src/${room}/lawful.ts`, `export const room = '${room}';\n`])),
  'src/compute/protocol.ts': "export type Message = 'start';\n",
  'src/compute/tasks/train/task.ts': 'export const input = 1;\n',
  'src/compute/tasks/train/run.ts': "export { input } from './task.ts';\n",
  'src/host/uses-task.ts': "export { input } from '../compute/tasks/train/task.ts';\n",
  'src/host/for-shells.ts':
    "import type { Message } from '../compute/protocol.ts';\nexport const first: Message = 'start';\n",
  'src/host/uses-store.ts': "export { room } from '../store/lawful.ts';\n",
  'src/cli/uses-host.ts': "export { first } from '../host/for-shells.ts';\n",
};

/** Files that need each other by types alone: gone when the program runs, a tangle for its
 * reader. */
const CIRCLE = {
  'src/core/hen.ts': "import type { Egg } from './egg.ts';\nexport interface Hen {\n  readonly lays: Egg;\n}\n",
  'src/core/egg.ts': "import type { Hen } from './hen.ts';\nexport interface Egg {\n  readonly hatches: Hen;\n}\n",
};

interface Plant {
  readonly room: string;
  readonly code: string;
  /** Rule of dependency-cruiser that must name it. */
  readonly rule?: string;
  /** Whether the compiler must refuse it too. */
  readonly compiler: boolean;
}

const imports = (what: string) => `import * as planted from '${what}';\nexport const kept = planted;\n`;

const PLANTS: readonly Plant[] = [
  { room: 'core', code: imports('node:fs'), rule: 'core-node', compiler: true },
  { room: 'core', code: imports('../bridge/lawful.ts'), rule: 'core-rooms', compiler: true },
  { room: 'core', code: imports('tinykeys'), rule: 'core-packages', compiler: false },
  // Pages refuse what zod tries at first: all take it from core/records/zod.ts, where it is told.
  { room: 'bridge', code: imports('zod'), rule: 'bridge-packages', compiler: false },
  { room: 'core', code: 'export const title = document.title;\n', compiler: true },
  { room: 'bridge', code: imports('../compute/protocol.ts'), rule: 'bridge-rooms', compiler: true },
  { room: 'bridge', code: imports('node:path'), rule: 'bridge-node', compiler: true },
  { room: 'compute', code: imports('../store/lawful.ts'), rule: 'compute-rooms', compiler: true },
  { room: 'compute', code: imports('better-sqlite3'), rule: 'compute-packages', compiler: false },
  { room: 'store', code: imports('../host/for-shells.ts'), rule: 'store-rooms', compiler: true },
  { room: 'host', code: imports('../compute/lawful.ts'), rule: 'host-rooms', compiler: true },
  { room: 'host', code: imports('../compute/tasks/train/run.ts'), rule: 'host-rooms', compiler: true },
  { room: 'host', code: imports('electron'), rule: 'host-packages', compiler: false },
  { room: 'host', code: imports('ws'), rule: 'host-types-only', compiler: false },
  { room: 'cli', code: imports('../compute/lawful.ts'), rule: 'cli-rooms', compiler: true },
  { room: 'cli', code: imports('../host/lawful.ts'), rule: 'cli-rooms', compiler: false },
  { room: 'main', code: imports('../renderer/lawful.ts'), rule: 'main-rooms', compiler: true },
  { room: 'main', code: imports('ws'), rule: 'main-packages', compiler: false },
  { room: 'web', code: imports('../main/lawful.ts'), rule: 'web-rooms', compiler: true },
  { room: 'web', code: imports('electron'), rule: 'web-packages', compiler: false },
  { room: 'preload', code: imports('../host/for-shells.ts'), rule: 'preload-rooms', compiler: true },
  // Electron's types bring Node's along, so only dependency-cruiser can tell here.
  { room: 'preload', code: imports('node:fs'), rule: 'preload-node', compiler: false },
  { room: 'renderer', code: imports('../store/lawful.ts'), rule: 'renderer-rooms', compiler: true },
  { room: 'renderer', code: imports('node:fs'), rule: 'renderer-node', compiler: true },
];

const fileOf = (plant: Plant) => `src/${plant.room}/planted-${PLANTS.indexOf(plant)}.ts`;

let copy: string;
let cruised: readonly { readonly from: string; readonly rule: string }[];
let compiled: string;

beforeAll(() => {
  copy = makeCopy();
  for (const plant of PLANTS) writeFileSync(join(copy, fileOf(plant)), plant.code);
  for (const [file, code] of Object.entries(CIRCLE)) writeFileSync(join(copy, file), code);
  cruised = cruise(copy);
  compiled = compile(copy);
}, 120_000);

afterAll(() => rmSync(copy, { recursive: true, force: true }));

describe('the import law', () => {
  it('lets the lawful rooms pass, so that a refusal below means something', { timeout: 60_000 }, () => {
    const untouched = makeCopy();
    try {
      expect(cruise(untouched)).toEqual([]);
      expect(compile(untouched)).toBe('');
    } finally {
      rmSync(untouched, { recursive: true, force: true });
    }
  });

  it.each(PLANTS.map((plant) => [`${plant.room}: ${plant.code.split('\n')[0]}`, plant] as const))(
    'refuses in %s',
    (_title, plant) => {
      const file = fileOf(plant);
      if (plant.rule !== undefined) expect(cruised).toContainEqual({ from: file, rule: plant.rule });
      if (plant.compiler) expect(compiled).toContain(`${file}(`);
    },
  );

  it('refuses files that import each other, if only for their types', () => {
    const circles = cruised.filter(({ rule }) => rule === 'no-circles').map(({ from }) => from);
    expect(circles.some((file) => Object.hasOwn(CIRCLE, file))).toBe(true);
  });

  it('has a line for each room of src, and a room for each line', () => {
    const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map((entry) => entry.name).sort()).toEqual([...rooms].sort());
  });
});

function makeCopy(): string {
  const folder = mkdtempSync(join(tmpdir(), 'import-law-'));
  for (const file of ['.dependency-cruiser.mjs', 'scripts/import-law.mjs', 'tsconfig.base.json', 'tsconfig.json']) {
    cpSync(join(root, file), join(folder, file));
  }
  for (const room of rooms) {
    const settings = readdirSync(join(root, 'src', room)).filter((name) => /^tsconfig.*\.json$/.test(name));
    for (const name of settings) {
      cpSync(join(root, 'src', room, name), join(folder, 'src', room, name));
      for (const file of filesListedIn(join(root, 'src', room, name))) {
        writeFileSync(join(folder, 'src', room, file), 'export {};\n');
      }
    }
  }
  for (const [file, code] of Object.entries(LAWFUL)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), code);
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir');
  return folder;
}

/** Files that a tsconfig names one by one must exist in the copy as well. */
function filesListedIn(settings: string): readonly string[] {
  // The one field of a tsconfig that is read here.
  return (JSON.parse(readFileSync(settings, 'utf8')) as { files?: readonly string[] }).files ?? [];
}

function cruise(folder: string): { from: string; rule: string }[] {
  const tool = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const options = ['--config', '.dependency-cruiser.mjs', '--preserve-symlinks', '--output-type', 'json'];
  const { stdout, stderr } = run(folder, [tool, 'src', ...options]);
  if (!stdout.startsWith('{')) throw new Error(`dependency-cruiser did not run: ${stderr}`);
  // The shape of dependency-cruiser's own JSON output.
  const report = JSON.parse(stdout) as { summary: { violations: { from: string; rule: { name: string } }[] } };
  return report.summary.violations.map(({ from, rule }) => ({ from, rule: rule.name }));
}

function compile(folder: string): string {
  return run(folder, [join(root, 'node_modules/typescript/bin/tsc'), '--build', '.', 'src/renderer']).stdout;
}

function run(cwd: string, args: readonly string[]) {
  return spawnSync(process.execPath, args, { cwd, encoding: 'utf8', maxBuffer: 64e6 });
}
