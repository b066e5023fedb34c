/** What is packed, as it is told: the list for programs (CycloneDX) and the sizes. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { filterOf, isLoaded } from '../../scripts/package/left-out.ts';
import { sbomOf } from '../../scripts/package/sbom.ts';
import { partsOf } from '../../scripts/package/sizes.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'trade contents '));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the list of what is in a package', () => {
  // As the build of the page leaves it; npm then passes over what development needs, Vue among it.
  vi.stubEnv('NODE_ENV', 'production');
  const { metadata, components, dependencies } = sbomOf({
    ...{ root: ROOT, product: 'TRADE workbench', tensorflow: '2.21.0', electron: '45.4.1' },
  });
  vi.unstubAllEnvs();
  const refs = components.map((one) => one['bom-ref']);
  const names = new Set(components.map(({ name }) => name));

  it('names what is bundled into the page, what is beside it, and what is of no registry of npm', () => {
    for (const name of ['vue', 'zod', 'echarts', 'ws', 'sharp', 'better-sqlite3', 'node', 'electron', 'tensorflow']) {
      expect([name, names.has(name)]).toEqual([name, true]);
    }
    expect(metadata.component).toMatchObject({ name: 'TRADE workbench', type: 'application' });
  });

  it('names nothing that only development needs, nor what is left out', () => {
    for (const name of ['vitest', 'vite', 'electron-builder', 'typescript', 'core-js', '@types/node']) {
      expect([name, names.has(name)]).toEqual([name, false]);
    }
    expect(JSON.stringify(components)).not.toContain(':development');
  });

  it('says of each once what it needs, all of which is listed', () => {
    expect(new Set(refs).size).toBe(refs.length);
    const known = new Set([...refs, metadata.component['bom-ref']]);
    expect(dependencies.map(({ ref }) => ref).sort()).toEqual([...known].sort());
    expect(dependencies.flatMap(({ dependsOn = [] }) => dependsOn).filter((ref) => !known.has(ref))).toEqual([]);
  });
});

it('sizes count every file once, and a copy outside of the program as the shell', () => {
  const sizes = {
    electron: 7,
    'resources/app.asar': 11,
    'resources/program/node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/x.so': 13,
    'resources/program/node_modules/@tensorflow/tfjs-core/package.json': 17,
    'resources/node/bin/node': 19,
    'resources/bin/trade': 23,
  };
  for (const [path, bytes] of Object.entries(sizes)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), 'x'.repeat(bytes));
  }
  expect(Object.fromEntries(partsOf(folder).map(({ name, bytes }) => [name, bytes]))).toEqual({
    ...{ Electron: 7, 'our own code': 11, TensorFlow: 13, 'TensorFlow.js': 17, 'Node.js': 19, 'records, scripts': 23 },
  });
});

describe('what is left out', () => {
  it('is by name what no program loads, and nothing that only sounds like it', () => {
    expect(isLoaded('node_modules/core-js')).toBe(false);
    expect(isLoaded('node_modules/a/node_modules/@types/node')).toBe(false);
    expect(isLoaded('node_modules/core-js-pure')).toBe(true);
    expect(isLoaded('node_modules/@tensorflow/tfjs-core')).toBe(true);
  });

  it("keeps of tfjs the bundle that Node loads, of SQLite this machine's binary", () => {
    expect(filterOf('node_modules/@tensorflow/tfjs-core').slice(-2)).toEqual(['!dist/**/*.js', 'dist/*.node.js']);
    expect(filterOf('node_modules/better-sqlite3').at(-1)).toBe(`prebuilds/${process.platform}-${process.arch}.node`);
    expect(filterOf('node_modules/ws').some((pattern) => pattern.includes('dist/**/*.js'))).toBe(false);
  });
});
